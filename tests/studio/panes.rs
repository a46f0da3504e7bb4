//! What the panes "Log" and "Generator accuracy" show and do, through the accessibility tree.

use eframe::egui::{Key, OutputCommand};
use egui_kittest::kittest::Queryable;
use sgnas::protocol::Event;
use sgnas::protocol::facts::{GeneratorEpoch, Tracked};
use sgnas::protocol::journal::Record;
use sgnas::studio::backend::{Report, Request};

use crate::fake::Stage;
use crate::logic::{app, asked, at};

#[test]
fn the_log_filters_by_level_and_by_text_and_copies_what_it_shows() {
    const WARNING: &str = "the software driver computes on 2 cores";
    let (_, mut harness) = at(Stage::Finished);
    harness.state_mut().as_mut().unwrap().show_alone("log");
    harness.run_steps(3);
    assert!(harness.query_by_label(WARNING).is_some());
    assert!(harness.query_by_label("supernet begins").is_some());

    harness.get_by_label("Search the log").focus();
    harness.run_steps(2);
    harness.get_by_label("Search the log").type_text("BEGINS");
    harness.run_steps(2);
    assert!(harness.query_by_label(WARNING).is_none());
    harness.get_by_label("copy").click();
    harness.run_steps(1);
    let copied = harness.output().platform_output.commands.iter().find_map(|one| match one {
        OutputCommand::CopyText(text) => Some(text.clone()),
        _ => None,
    });
    let copied = copied.expect("the shown lines are copied");
    assert_eq!(copied.lines().count(), 3, "{copied}");
    assert!(copied.starts_with("0:00:00\tinfo\tsupernet begins\n"), "{copied}");

    harness.get_by_label("show info").click();
    harness.run_steps(2);
    assert!(harness.query_by_label("supernet begins").is_none());
}

#[test]
fn a_warning_of_the_run_under_way_is_a_banner_that_leads_to_the_log() {
    let (talk, mut harness) = at(Stage::Running);
    let message = "the device was lost; going on from the newest checkpoint".to_owned();
    let record = Record::new(Event::Warning { message: message.clone() }, 1_790_000_100_000);
    talk.borrow_mut().reports = vec![Report::Events(vec![record])];
    harness.run_steps(3);
    assert_eq!(harness.query_all_by_label(&message).count(), 1);
    harness.get_by_label("Show the log").click();
    harness.run_steps(4);
    assert_eq!(harness.query_all_by_label(&message).count(), 2, "banner and line");
}

#[test]
fn the_banner_of_a_run_that_failed_resumes_it() {
    let (talk, mut harness) = at(Stage::Running);
    talk.borrow_mut().reports = vec![Report::Ended(Err("the disk is full".to_owned()))];
    harness.run_steps(3);
    asked(&talk);
    harness.get_by_label("Resume the run").click();
    harness.run_steps(2);
    assert_eq!(asked(&talk), [Request::Resume("runs/fashion-small".into())]);
    let folder = "runs/fashion-small".into();
    talk.borrow_mut().reports = vec![Report::Opened { folder, records: Vec::new(), live: true }];
    harness.run_steps(2);
    assert!(app(&harness).studio().trouble.is_none());
}

#[test]
fn the_generators_answers_are_drawn_after_each_epoch_with_their_agreement() {
    let (talk, mut harness) = at(Stage::Running);
    harness.state_mut().as_mut().unwrap().show_alone("tracking");
    harness.run_steps(3);
    assert!(harness.query_by_label_contains("Kendall tau: ").is_none());
    let tracked = |(budget, cost)| Tracked { budget, cost };
    let epoch = |epoch, answers: [(u64, u64); 4]| {
        let answers: Vec<Tracked> = answers.map(tracked).to_vec();
        let event = Event::GeneratorEpoch(GeneratorEpoch {
            epoch,
            hardware: 0.3,
            kendall_tau: 1.0 / 3.0,
            accuracy: 0.7,
            best_hardware: false,
            best_accuracy: false,
            answers,
        });
        Record::new(event, 1_790_000_100_000 + epoch)
    };
    let first = epoch(0, [(1_000, 2_000), (2_000, 1_000), (3_000, 4_000), (4_000, 3_000)]);
    talk.borrow_mut().reports = vec![Report::Events(vec![first])];
    harness.run_steps(3);
    let of = |n, tau: &str| format!("Kendall tau: {tau}, epoch {n}, 4 targets");
    assert!(harness.query_by_label(&of(1, "0.333")).is_some());
    assert!(harness.query_by_label("Mean error: 1.00 k MACs, 33.3 % of the range").is_some());

    let second = epoch(1, [(1_000, 1_100), (2_000, 2_100), (3_000, 3_100), (4_000, 4_100)]);
    talk.borrow_mut().reports = vec![Report::Events(vec![second])];
    harness.run_steps(3);
    assert!(harness.query_by_label(&of(2, "1.000")).is_some());

    // Back to the first epoch, by the keys.
    harness.get_by_label("epoch 2").click();
    harness.run_steps(3);
    harness.get_by_role(eframe::egui::accesskit::Role::Slider).focus();
    harness.run_steps(2);
    harness.key_press(Key::ArrowLeft);
    harness.run_steps(3);
    assert!(harness.query_by_label(&of(1, "0.333")).is_some());
}
