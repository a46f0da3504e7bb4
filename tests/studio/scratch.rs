//! Training from scratch beside the run in view, by clicks.

use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use sgnas::protocol::Event;
use sgnas::protocol::facts::ScratchEpoch;
use sgnas::protocol::journal::Record;
use sgnas::space::Architecture;
use sgnas::studio::App;
use sgnas::studio::backend::{Ending, Report, Request};

use crate::fake::{Shared, Stage};
use crate::logic::{app, asked, at};
use crate::sample;

/// A training of a run's network with so many epochs done.
pub(crate) fn training(
    preset: &str,
    name: &str,
    architecture: &Architecture,
    epochs: usize,
) -> Report {
    let start = Event::RunStarted(Box::new(sample::start(preset)));
    let mut events: Vec<Event> = std::iter::once(start).chain(sample::scratch()).collect();
    let all = events.iter().filter(|event| matches!(event, Event::ScratchEpoch(_))).count();
    if epochs < all {
        events.truncate(2 + epochs);
    }
    let records = events.into_iter().map(|event| Record::new(event, 1_790_000_000_000)).collect();
    let folder = format!("runs/fashion-small/scratch/{name}").into();
    Report::Training {
        folder,
        architecture: architecture.clone(),
        records,
        live: epochs < all && epochs > 0,
    }
}

/// One network that is trained and one in training.
pub(crate) fn two(harness: &mut Harness<'_, Option<App>>, talk: &Shared) {
    let studio = app(harness).studio();
    let run = studio.run.as_ref().unwrap();
    let preset = run.state.start.as_ref().unwrap().config.general.preset.clone();
    let shown = studio.network.as_ref().unwrap().architecture.clone();
    let other = run.state.evaluated[3].architecture.clone();
    talk.borrow_mut().reports =
        vec![training(&preset, "train-1", &other, 15), training(&preset, "train-2", &shown, 6)];
    harness.state_mut().as_mut().unwrap().show_alone("scratch");
    harness.run_steps(4);
}

#[test]
fn the_network_in_view_is_trained_from_scratch_by_a_click_one_at_a_time() {
    let (talk, mut harness) = at(Stage::Finished);
    asked(&talk);
    harness.get_by_label("train").click();
    harness.run_steps(3);
    let architecture = app(&harness).studio().network.as_ref().unwrap().architecture.clone();
    let wanted =
        Request::Train { run: "runs/fashion-small".into(), architecture: architecture.clone() };
    assert!(asked(&talk).contains(&wanted));
    talk.borrow_mut().reports = vec![training("tiny", "train-1", &architecture, 3)];
    harness.state_mut().as_mut().unwrap().show_alone("architecture");
    harness.run_steps(3);
    harness.get_by_label("train").click();
    harness.run_steps(3);
    let again = asked(&talk);
    assert!(!again.iter().any(|request| matches!(request, Request::Train { .. })), "{again:?}");
}

#[test]
fn progress_and_result_are_told_and_a_training_stops_and_goes_on() {
    let (talk, mut harness) = at(Stage::Finished);
    two(&mut harness, &talk);
    let spoken = |harness: &Harness<'_, Option<App>>, name: &str| {
        let name = format!("training {name},");
        let row = harness.get_by_label_contains(&name);
        row.accesskit_node().label().unwrap_or_default()
    };
    let other = app(&harness).studio().run.as_ref().unwrap().state.evaluated[3].accuracy;
    let result = app(&harness).studio().trainings[0].result().unwrap();
    let row = spoken(&harness, "train-1");
    assert!(row.contains("epochs 15 / "), "{row}");
    let percent = sgnas::protocol::quantity::percent;
    assert!(row.contains(&format!("from scratch {}", percent(result))), "{row}");
    assert!(row.contains(&format!("inherited {}", percent(other))), "{row}");
    assert!(spoken(&harness, "train-2").contains("epochs 6 / "));
    let folder = app(&harness).studio().trainings[1].run.folder.clone();
    let epoch = ScratchEpoch {
        epoch: 6,
        loss: 0.7,
        accuracy: 0.614,
        lr: 0.05,
        images_per_s: 700.0,
        seconds: Some(98.0),
    };
    let records = vec![Record::new(Event::ScratchEpoch(epoch), 1)];
    talk.borrow_mut().reports = vec![Report::TrainingEvents { folder: folder.clone(), records }];
    harness.run_steps(2);
    let row = spoken(&harness, "train-2");
    assert!(row.contains("epochs 7 / ") && row.contains("from scratch 61.4 %"), "{row}");
    let chip = "From scratch: train-2 in training, 7 of 15 epochs; 1 trained";
    assert!(harness.query_by_label(chip).is_some());
    asked(&talk);
    harness.get_by_label("Stop").click();
    harness.run_steps(2);
    assert!(asked(&talk).contains(&Request::StopTraining));
    let ending = Ok(Ending::Stopped);
    talk.borrow_mut().reports = vec![Report::TrainingEnded { folder: folder.clone(), ending }];
    harness.run_steps(2);
    assert!(harness.query_by_label("From scratch: 1 network trained").is_some());
    harness.get_by_label("Go on").click();
    harness.run_steps(2);
    assert!(asked(&talk).contains(&Request::TrainOn(folder)));
}

#[test]
fn what_was_trained_from_scratch_lies_in_the_cloud_once_it_is_done() {
    let (talk, mut harness) = at(Stage::Finished);
    two(&mut harness, &talk);
    harness.state_mut().as_mut().unwrap().show_alone("scatter");
    harness.run_steps(3);
    assert!(harness.query_by_label("from scratch (1)").is_some());
}
