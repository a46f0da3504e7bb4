//! The pane "Runs" and the replay, through the accessibility tree.

use eframe::egui::accesskit::Role;
use eframe::egui::{Event, Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use sgnas::protocol::RunState;
use sgnas::protocol::journal::Record;
use sgnas::studio::App;
use sgnas::studio::backend::{Report, Request};
use sgnas::studio::state::Live;

use crate::fake::{Shared, Stage};
use crate::logic::{app, asked, at, rested};
use crate::sample;

fn pane<'a>() -> (Shared, Harness<'a, Option<App>>) {
    let (talk, mut harness) = rested(Stage::Finished);
    harness.state_mut().as_mut().unwrap().show_alone("runs");
    harness.run_steps(3);
    (talk, harness)
}

/// The journal of a made-up run, an event a tenth of a second.
pub(crate) fn records() -> Vec<Record> {
    let events = sample::events("tiny").into_iter().zip(0_u64..);
    events.map(|(event, i)| Record::new(event, 1_790_000_000_000 + 100 * i)).collect()
}

#[test]
fn runs_are_opened_resumed_and_shown_again_by_a_click() {
    let (talk, mut harness) = pane();
    let mut press = |label: &str| {
        harness.get_by_label(label).click();
        harness.run_steps(2);
        asked(&talk)
    };
    assert_eq!(press("open first"), [Request::Open("runs/first".into())]);
    assert_eq!(press("replay first"), [Request::Replay("runs/first".into())]);
    let long = "a-run-with-a-rather-long-name-2";
    let resumed = [Request::Resume(format!("runs/{long}").into())];
    assert_eq!(press(&format!("resume {long}")), resumed);
    assert!(harness.query_by_label("best 86.7 % · tau 0.979").is_some());
}

#[test]
fn a_run_is_deleted_only_after_a_question() {
    let (talk, mut harness) = pane();
    harness.get_by_label("delete first").click();
    harness.run_steps(3);
    harness.get_by_label("Keep it").click();
    harness.run_steps(3);
    assert!(harness.query_by_label("Delete the run first?").is_none());
    assert_eq!(asked(&talk), []);

    harness.get_by_label("delete first").click();
    harness.run_steps(3);
    harness.get_by_label("Delete the run").click();
    harness.run_steps(3);
    assert_eq!(asked(&talk), [Request::Delete("runs/first".into())]);
    talk.borrow_mut().reports = vec![Report::Deleted("runs/first".into())];
    harness.run_steps(3);
    assert!(harness.query_by_label("open first").is_none());
}

#[test]
fn the_open_run_is_left_when_it_is_deleted() {
    let (talk, mut harness) = pane();
    talk.borrow_mut().reports = vec![Report::Deleted("runs/fashion-small".into())];
    harness.run_steps(3);
    assert!(app(&harness).studio().run.is_none());
    // Whoever deletes runs goes on with that.
    assert!(harness.query_by_label("open first").is_some());
    harness.get_by_label("New run").click();
    harness.run_steps(3);
    assert!(harness.query_by_label("Start the search").is_some());
}

#[test]
fn runs_and_the_log_are_there_before_a_run_is_open() {
    let (talk, mut harness) = at(Stage::Nothing);
    harness.get_by_label("Show all 2 in Runs").click();
    harness.run_steps(3);
    asked(&talk);
    harness.get_by_label("compare first").click();
    harness.run_steps(2);
    assert_eq!(asked(&talk), [Request::Read("runs/first".into())]);
    let nothing = "No run is open: start one, or open one that stands in Runs.";
    assert!(harness.query_all_by_label(nothing).count() > 1);
    let trouble = "runs/first: is in use".to_owned();
    talk.borrow_mut().reports = vec![Report::Trouble(trouble.clone())];
    harness.run_steps(3);
    harness.get_by_label("Show the log").click();
    harness.run_steps(3);
    assert_eq!(harness.query_all_by_label(&trouble).count(), 2, "banner and line");
    harness.get_by_label("New run").click();
    harness.run_steps(3);
    assert!(harness.query_by_label("Start the search").is_some());
}

#[test]
fn chosen_runs_are_read_and_their_differing_settings_listed() {
    let (talk, mut harness) = pane();
    let long = "a-run-with-a-rather-long-name-2";
    for name in ["first", long] {
        harness.get_by_label(&format!("compare {name}")).click();
        harness.run_steps(2);
    }
    let folders = ["runs/first".into(), format!("runs/{long}").into()];
    assert_eq!(asked(&talk), folders.clone().map(Request::Read));
    let mut other = records();
    let sgnas::protocol::Event::RunStarted(start) = &mut other[0].event else { panic!() };
    start.config.set("supernet.lr", "0.03").unwrap();
    start.config.set("seed", "9").unwrap();
    let [first, second] = folders;
    talk.borrow_mut().reports = vec![
        Report::Read { folder: first, records: records() },
        Report::Read { folder: second, records: other },
    ];
    harness.run_steps(4);
    assert!(harness.query_by_label("2 settings differ").is_some());
    for text in ["supernet.lr", "0.08", "0.03", "seed", "9"] {
        assert!(harness.query_by_label(text).is_some(), "{text}");
    }
}

#[test]
fn a_replay_goes_through_the_run_holds_and_can_be_set_to_its_end() {
    let (talk, mut harness) = pane();
    let folder = "runs/first".into();
    talk.borrow_mut().reports = vec![Report::Replay { folder, records: records() }];
    harness.run_steps(6);
    let count = |harness: &Harness<'_, Option<App>>| {
        let run = app(harness).studio().run.as_ref().unwrap();
        assert_eq!(run.live, Live::Replay);
        run.events
    };
    let early = count(&harness);
    assert!(early > 0 && early < records().len() as u64 / 2, "{early}");
    harness.run_steps(6);
    let later = count(&harness);
    assert!(later > early);

    harness.get_by_label("Hold the replay (Space)").click();
    harness.run_steps(2);
    let held = count(&harness);
    harness.run_steps(6);
    assert_eq!(count(&harness), held);

    harness.get_by_label("10 × speed").click();
    harness.run_steps(3);
    harness.get_by_label("100 × speed").click();
    harness.run_steps(3);
    // Any other one is typed.
    harness.get_by_label("100 × speed").click();
    harness.run_steps(3);
    let entry = |harness: &Harness<'_, Option<App>>, role: Role| {
        let mut named = harness.get_all_by_label("Any other speed");
        let entry = named.find(|node| node.accesskit_node().role() == role).expect("an entry");
        entry.focus();
    };
    entry(&harness, Role::SpinButton);
    harness.run_steps(3);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
    harness.run_steps(2);
    harness.event(Event::Text("2500".to_owned()));
    harness.run_steps(2);
    harness.key_press(Key::Enter);
    harness.run_steps(3);
    assert_eq!(app(&harness).studio().replay.as_ref().unwrap().speed, 2_500.0);
    assert!(harness.query_by_label("2,500 × speed").is_some());
    harness.get_by_label("Play the replay (Space)").click();
    harness.run_steps(20);
    let run = app(&harness).studio().run.as_ref().unwrap();
    assert_eq!(run.state, RunState::replay(&records()));

    asked(&talk);
    harness.get_by_label("Leave").click();
    harness.run_steps(2);
    assert_eq!(asked(&talk), [Request::Open("runs/first".into())]);
}
