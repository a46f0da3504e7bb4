//! The start page: what it tells of the time that a search takes here.

use std::collections::BTreeMap;

use eframe::egui::{Context, Theme};
use egui_kittest::kittest::Queryable;
use sgnas::protocol::Config;
use sgnas::protocol::pace::{Line, Pace};
use sgnas::protocol::quantity::about;
use sgnas::studio::App;
use sgnas::studio::backend::{Probing, Report, Request};

use crate::fake::{Fake, Shared, Stage, drawn_by};
use crate::logic::{Blind, asked, at};
use crate::whole::Kept;

const PACE: Pace = Pace {
    supernet: Line { fixed: 0.002, image: 0.000_4 },
    generator: Line { fixed: 0.004, image: 0.001_5 },
};

/// What a probe under way has told when it is through with some presets.
pub(crate) fn probed(presets: &[&str]) -> Report {
    let paces: BTreeMap<String, Pace> = (0..)
        .zip(presets)
        .map(|(i, name)| {
            let times = 8.0_f64.powi(i);
            let line = |of: Line| Line { fixed: of.fixed * times, image: of.image * times };
            let (supernet, generator) = (line(PACE.supernet), line(PACE.generator));
            ((*name).to_owned(), Pace { supernet, generator })
        })
        .collect();
    Report::Probed { adapter: "software".to_owned(), paces, standing: Probing::UnderWay }
}

#[test]
fn the_start_page_has_the_adapter_probed_and_tells_the_time_of_each_preset() {
    let (talk, mut harness) = at(Stage::Nothing);
    assert!(asked(&talk).contains(&Request::Probe { known: Vec::new() }));
    assert!(harness.query_by_label("tiny: measuring …").is_some());
    talk.borrow_mut().reports = vec![probed(&["tiny"])];
    harness.run_steps(2);
    let mut config = Config::preset("tiny").unwrap();
    let time = about(PACE.seconds(&config, 10_000, 2_000));
    assert!(harness.query_by_label(&format!("tiny: {time} here")).is_some(), "{time}");
    assert!(harness.query_by_label("small: measuring …").is_some());

    // It follows the settings.
    harness.get_by_label("All settings").click();
    harness.run_steps(12);
    let field = harness.get_by_label("supernet.epochs");
    field.focus();
    harness.run_steps(2);
    harness.get_by_label("supernet.epochs").type_text("00");
    harness.run_steps(2);
    config.assign("supernet.epochs=700").unwrap();
    let longer = about(PACE.seconds(&config, 10_000, 2_000));
    assert_ne!(time, longer);
    assert!(harness.query_by_label(&format!("tiny: {longer} here")).is_some(), "{longer}");
    // One probe at a time, and none once all is known.
    assert!(!asked(&talk).iter().any(|one| matches!(one, Request::Probe { .. })));
}

#[test]
fn a_probe_that_a_run_ended_begins_again_on_the_start_page_and_not_beside_the_run() {
    let (talk, mut harness) = at(Stage::Running);
    asked(&talk);
    let (adapter, paces) = ("software".to_owned(), BTreeMap::new());
    let standing = Probing::Stopped;
    talk.borrow_mut().reports = vec![Report::Probed { adapter, paces, standing }];
    harness.run_steps(3);
    let probes = |all: Vec<Request>| {
        all.into_iter().filter(|one| matches!(one, Request::Probe { .. })).count()
    };
    assert_eq!(probes(asked(&talk)), 0);

    let (talk, mut harness) = at(Stage::Nothing);
    asked(&talk);
    let (adapter, paces) = ("software".to_owned(), BTreeMap::new());
    talk.borrow_mut().reports = vec![Report::Probed { adapter, paces, standing }];
    harness.run_steps(3);
    assert_eq!(probes(asked(&talk)), 1);
}

#[test]
fn an_adapter_that_was_probed_is_known_in_the_next_session() {
    let (talk, mut harness) = at(Stage::Nothing);
    let Report::Probed { adapter, paces, .. } = probed(&["tiny", "small"]) else {
        unreachable!("a probe")
    };
    let standing = Probing::Ended;
    talk.borrow_mut().reports = vec![Report::Probed { adapter: adapter.clone(), paces, standing }];
    harness.run_steps(3);
    let mut kept = Kept::default();
    eframe::App::save(harness.state_mut().as_mut().unwrap(), &mut kept);

    let talk = Shared::default();
    let next = talk.clone();
    let make = move |ctx: &Context| App::new(ctx, Some(&kept), Box::new(Fake(next.clone())), None);
    let mut harness = drawn_by([1440.0, 900.0], Theme::Dark, Blind, make);
    assert!(asked(&talk).contains(&Request::Probe { known: vec![adapter.clone()] }));
    let nothing = Report::Probed { adapter, paces: BTreeMap::new(), standing };
    talk.borrow_mut().reports = vec![nothing];
    harness.run_steps(3);
    assert!(harness.query_by_label_contains("small: about ").is_some());
}

#[test]
fn nothing_is_probed_while_a_run_is_about_to_open_by_itself() {
    let talk = Shared::default();
    let next = talk.clone();
    let make = move |ctx: &Context| {
        App::new(ctx, None, Box::new(Fake(next.clone())), None).expecting_run()
    };
    let mut harness = drawn_by([1440.0, 900.0], Theme::Dark, Blind, make);
    let probes = |all: Vec<Request>| all.iter().any(|one| matches!(one, Request::Probe { .. }));
    assert!(!probes(asked(&talk)));
    talk.borrow_mut().reports = vec![Report::Trouble("it could not be had".to_owned())];
    harness.run_steps(3);
    assert!(probes(asked(&talk)));
}

#[test]
fn an_adapter_that_is_too_slow_to_be_probed_is_not_probed_in_the_next_session() {
    let (talk, mut harness) = at(Stage::Nothing);
    let (adapter, paces) = ("slow".to_owned(), BTreeMap::new());
    let told = Report::Probed { adapter: adapter.clone(), paces, standing: Probing::Ended };
    talk.borrow_mut().reports = vec![told];
    harness.run_steps(3);
    assert!(harness.query_by_label_contains("measuring").is_none());
    let mut kept = Kept::default();
    eframe::App::save(harness.state_mut().as_mut().unwrap(), &mut kept);
    let talk = Shared::default();
    let next = talk.clone();
    let make = move |ctx: &Context| App::new(ctx, Some(&kept), Box::new(Fake(next.clone())), None);
    drawn_by([1440.0, 900.0], Theme::Dark, Blind, make);
    assert!(asked(&talk).contains(&Request::Probe { known: vec![adapter] }));
}
