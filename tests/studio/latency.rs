//! The latency of the network in view, measured on request.

use eframe::egui::Key;
use eframe::egui::accesskit::Role;
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use sgnas::protocol::Event;
use sgnas::protocol::facts::{Latency, Phase};
use sgnas::protocol::journal::Record;
use sgnas::protocol::quantity::milliseconds;
use sgnas::space::{Budget, LatencyTable};
use sgnas::studio::App;
use sgnas::studio::backend::{Answer, Report, Request};

use crate::fake::{self, ADAPTER, Shared, Stage};
use crate::logic::{app, asked, at};

/// The card before.
const ASKS: &str = "Latency here: –, click to measure";

/// Has the network in view timed, and answers.
pub(crate) fn timed(harness: &mut Harness<'_, Option<App>>, talk: &Shared) {
    asked(talk);
    harness.get_by_label(ASKS).click();
    harness.run_steps(2);
    let network = app(harness).studio().network.clone().unwrap();
    let wanted = Request::Time(network.architecture.clone());
    assert!(asked(talk).contains(&wanted));
    let architecture = network.architecture;
    let latency = Ok(Latency { low: 1.62, median: 1.84, high: 2.41, passes: 201 });
    talk.borrow_mut().reports = vec![Report::Timed { architecture, latency }];
    harness.run_steps(2);
}

/// Times that rise with expansion and kernel.
pub(crate) fn table(layers: usize) -> LatencyTable {
    let of = |e: usize| [40, 45, 60].map(|kernel| 1_000 * kernel * (e as u64 + 2));
    let layers = vec![std::array::from_fn(of); layers];
    LatencyTable { adapter: ADAPTER.to_owned(), fixed: 900_000, layers }
}

/// The run has saved a checkpoint.
pub(crate) fn saved(harness: &mut Harness<'_, Option<App>>, talk: &Shared) {
    let saved = Event::Checkpoint { phase: Phase::Generator, step: 8 };
    talk.borrow_mut().reports = vec![Report::Events(vec![Record::new(saved, 1)])];
    harness.run_steps(2);
}

/// Has the blocks timed, by the menu.
pub(crate) fn blocks(harness: &mut Harness<'_, Option<App>>, talk: &Shared) -> LatencyTable {
    asked(talk);
    let menu = if harness.query_by_label("JSON").is_some() { "JSON" } else { "more" };
    harness.get_by_label(menu).click();
    harness.run_steps(2);
    harness.get_by_label("Measure milliseconds block by block, for a limit on them").click();
    harness.run_steps(2);
    assert!(asked(talk).contains(&Request::TimeBlocks));
    talk.borrow_mut().reports = vec![Report::TimingBlocks { done: 7, of: 75 }];
    harness.run_steps(2);
    assert!(harness.query_by_label("measuring milliseconds: block 7 of 75").is_some());
    let run = app(harness).studio().run.as_ref().unwrap();
    let table = table(run.space.as_ref().unwrap().layers().len());
    talk.borrow_mut().reports = vec![Report::BlocksTimed(Ok(table.clone()))];
    harness.run_steps(2);
    table
}

#[test]
fn a_limit_in_milliseconds_is_there_once_the_blocks_are_timed_beside_the_other_two() {
    let (talk, mut harness) = at(Stage::Finished);
    saved(&mut harness, &talk);
    let slider = |harness: &Harness<'_, Option<App>>, name: &str| {
        let mut all = harness.query_all_by_label(name);
        all.any(|node| node.accesskit_node().role() == Role::Slider)
    };
    assert!(!slider(&harness, "Milliseconds at most"));
    let times = blocks(&mut harness, &talk);
    assert!(slider(&harness, "Milliseconds at most"));
    // Before the network is timed as a whole, the sum of its blocks stands in.
    let network = app(&harness).studio().network.clone().unwrap();
    let sum = milliseconds(times.of(&network.architecture).unwrap() as f64 / 1e6);
    assert!(harness.query_by_label(&format!("Latency here: ≈ {sum}, by its blocks")).is_some());

    asked(&talk);
    for name in ["Milliseconds at most", "Parameters at most"] {
        let mut all = harness.get_all_by_label(name);
        all.find(|node| node.accesskit_node().role() == Role::Slider).unwrap().focus();
        drop(all);
        harness.run_steps(2);
        for _ in 0..5 {
            harness.key_press(Key::ArrowLeft);
            harness.run_steps(2);
        }
    }
    let budget = app(&harness).studio().budget;
    let (_, slowest) = times.range();
    assert!(budget.latency.is_some_and(|most| most < slowest), "{budget:?}");
    assert!(budget.macs.is_some() && budget.params.is_some(), "{budget:?}");
    assert!(asked(&talk).contains(&Request::Answer(budget)));

    // Of an answer that keeps a limit on its time the card says how much of it is used.
    let Report::Answered(answer) = fake::answer("tiny", 0.4) else { panic!("no answer") };
    let time = times.of(&answer.architecture).unwrap();
    let budget = Budget { latency: Some(2 * time), ..answer.budget };
    talk.borrow_mut().reports = vec![Report::Answered(Answer { budget, ..answer })];
    harness.run_steps(2);
    assert!(harness.query_by_label_contains("50.0 % of budget").is_some());
}

#[test]
fn times_of_another_machine_are_not_taken_for_those_of_this_one() {
    let (talk, mut harness) = at(Stage::Finished);
    let run = app(&harness).studio().run.as_ref().unwrap();
    let mut times = table(run.space.as_ref().unwrap().layers().len());
    times.adapter = "a faster one".to_owned();
    talk.borrow_mut().reports = vec![Report::BlocksTimed(Ok(times))];
    harness.run_steps(2);
    assert!(harness.query_by_label("Milliseconds at most").is_none());
    assert!(harness.query_by_label(ASKS).is_some());
}

#[test]
fn a_network_is_timed_on_request_and_another_one_is_not_taken_for_it() {
    let (talk, mut harness) = at(Stage::Finished);
    assert!(harness.query_by_label(ASKS).is_some());
    timed(&mut harness, &talk);
    assert!(harness.query_by_label("Latency here: 1.84 ms, 1.62 to 2.41 ms").is_some());

    talk.borrow_mut().reports = vec![crate::fake::answer("tiny", 0.9)];
    harness.run_steps(2);
    assert!(harness.query_by_label(ASKS).is_some());
    harness.get_by_label(ASKS).click();
    harness.run_steps(2);
    assert!(harness.query_by_label("Latency here: –, timing …").is_some());
    let architecture = app(&harness).studio().network.clone().unwrap().architecture;
    let latency = Err("the device was lost".to_owned());
    talk.borrow_mut().reports = vec![Report::Timed { architecture, latency }];
    harness.run_steps(2);
    assert!(harness.query_by_label("Latency here: –, the device was lost").is_some());
}
