//! Events from outside: every kind survives the journal, and a journal folds into the state and
//! the result that the faces show.
#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};
use sgnas::protocol::facts::*;
use sgnas::protocol::journal::{Journal, Record};
use sgnas::protocol::result::SearchResult;
use sgnas::protocol::state::{End, RunState};
use sgnas::protocol::{Config, Event};
use sgnas::space::Architecture;

fn start() -> Event {
    Event::RunStarted(Box::new(RunStart {
        config: Config::preset("tiny").unwrap(),
        device: DeviceSummary {
            name: "llvmpipe".to_owned(),
            kind: "CPU".to_owned(),
            backend: "Vulkan".to_owned(),
            driver: "Mesa 22.3.6".to_owned(),
            kernels: "subgroups".to_owned(),
        },
        data: DataSummary {
            name: "embedded".to_owned(),
            classes: vec!["shirt".to_owned(), "bag".to_owned()],
            shape: [1, 28, 28],
            weight_images: 8_000,
            generator_images: 2_000,
            test_images: 2_000,
        },
        space: SpaceSummary {
            layers: 6,
            macs: [1_020_000, 4_570_000],
            params: [10_000, 90_000],
            log10_size: 0.1 + 0.2,
        },
    }))
}

fn evaluated(kind: Origin, budget: Option<u64>, accuracy: f64) -> Event {
    Event::Evaluated(Evaluated {
        kind,
        budget,
        architecture: Architecture::new(vec![vec![3, 5], vec![7, 7, 3]]).unwrap(),
        macs: 1_950_000,
        params: 50_000,
        accuracy,
    })
}

/// One of each kind, in an order in which a run could tell them.
fn all() -> Vec<Event> {
    let supernet = SupernetStep {
        step: 7,
        epoch: 0,
        loss: 2.345_678_901_234_567,
        accuracy: 0.1,
        lr: 0.1,
        images_per_s: 512.3,
        seconds: Some(1.5),
    };
    let generator = GeneratorStep {
        step: 3,
        epoch: 0,
        ce: 1.5,
        hardware: 0.25,
        tau: 5.0,
        target: 2_000_000.0,
        cost: 2_100_000.5,
        seconds: Some(0.25),
    };
    let generator_epoch = GeneratorEpoch {
        epoch: 0,
        hardware: 0.3,
        kendall_tau: 1.0,
        accuracy: 0.7,
        best_hardware: true,
        best_accuracy: false,
        answers: vec![Tracked { budget: 2, cost: 3 }],
    };
    let scratch = ScratchEpoch {
        epoch: 0,
        loss: 0.5,
        accuracy: 0.8,
        lr: 0.2,
        images_per_s: 900.0,
        seconds: Some(3.0),
    };
    let targets = vec![Tracked { budget: 2, cost: 2 }, Tracked { budget: 4, cost: 5 }];
    let warning = "the newest checkpoint was damaged".to_owned();
    vec![
        start(),
        Event::PhaseStarted { phase: Phase::Supernet },
        Event::SupernetStep(supernet),
        Event::SupernetEpoch(SupernetEpoch {
            epoch: 0,
            smallest: 0.4,
            largest: 0.6,
            mean: 0.5,
            loss: Some(1.5),
        }),
        Event::PathCounts(PathCounts::none(0, 2)),
        Event::Memory(Memory {
            held: 3 << 20,
            peak: 2 << 20,
            largest_buffer: 1 << 30,
            cap: Some(1 << 34),
        }),
        Event::Checkpoint { phase: Phase::Supernet, step: 8 },
        Event::SettingChanged { key: "evaluate.random".to_owned(), value: "7".to_owned() },
        Event::Warning { message: warning },
        Event::PhaseEnded { phase: Phase::Supernet, seconds: 12.5 },
        Event::PhaseStarted { phase: Phase::Generator },
        Event::Preparing { done: 3, total: 40 },
        Event::GeneratorStep(generator),
        Event::GeneratorEpoch(generator_epoch),
        Event::PhaseEnded { phase: Phase::Generator, seconds: 2.5 },
        Event::PhaseStarted { phase: Phase::Evaluate },
        Event::Tracking { targets },
        evaluated(Origin::Random, None, 0.5),
        evaluated(Origin::Random, None, 0.5),
        evaluated(Origin::Generated, Some(2_000_000), 0.6),
        evaluated(Origin::Generated, Some(2_000_000), 0.75),
        evaluated(Origin::User, None, 0.7),
        Event::PhaseEnded { phase: Phase::Evaluate, seconds: 0.5 },
        Event::PhaseStarted { phase: Phase::Scratch },
        Event::ScratchEpoch(scratch),
        Event::Failed { message: "the device was lost".to_owned() },
        Event::PhaseEnded { phase: Phase::Scratch, seconds: 3.0 },
        Event::Finished { seconds: 18.5 },
    ]
}

fn lines(events: Vec<Event>) -> String {
    (0..).zip(events).map(|(time, event)| Record::new(event, time).to_line().unwrap()).collect()
}

#[test]
fn every_kind_of_event_survives_the_journal_on_a_line_of_its_own() {
    let text = lines(all());
    assert_eq!(text.lines().count(), all().len());
    let journal = Journal::parse(text.as_bytes()).unwrap();
    let events: Vec<Event> = journal.records.into_iter().map(|record| record.event).collect();
    assert_eq!(events, all());
}

#[test]
fn an_epoch_of_the_generator_from_before_its_answers_were_told_has_none() {
    let position = all().iter().position(|event| matches!(event, Event::GeneratorEpoch(_)));
    let line = lines(all()).lines().nth(position.unwrap()).unwrap().to_owned() + "\n";
    let older = line.replace(",\"answers\":[{\"budget\":2,\"cost\":3}]", "");
    assert_ne!(older, line);
    let record = Journal::parse(older.as_bytes()).unwrap().records.remove(0);
    assert!(matches!(record.event, Event::GeneratorEpoch(epoch) if epoch.answers.is_empty()));
}

#[test]
fn a_step_from_before_its_time_was_told_has_none() {
    let line = lines(all()).lines().nth(2).unwrap().to_owned() + "\n";
    let older = line.replace(",\"seconds\":1.5", "");
    assert_ne!(older, line);
    let record = Journal::parse(older.as_bytes()).unwrap().records.remove(0);
    assert!(matches!(record.event, Event::SupernetStep(step) if step.seconds.is_none()));
}

#[test]
fn a_loss_that_is_no_number_is_null_in_the_journal_and_comes_back() {
    let mut event = all().remove(2);
    let Event::SupernetStep(step) = &mut event else { panic!("{event:?}") };
    step.loss = f64::NAN;
    let text = lines(vec![event]);
    assert!(text.contains("\"loss\":null"), "{text}");
    let records = Journal::parse(text.as_bytes()).unwrap().records;
    assert!(matches!(records[0].event, Event::SupernetStep(step) if step.loss.is_nan()));
}

#[test]
fn a_journal_folds_into_the_state_that_the_faces_show() {
    let records = Journal::parse(lines(all()).as_bytes()).unwrap().records;
    let state = RunState::replay(&records);
    assert_eq!(state.start.as_ref().unwrap().config.evaluate.random, 7);
    assert_eq!(state.phase(Phase::Supernet).unwrap().seconds, Some(12.5));
    assert_eq!(state.current_phase(), None);
    assert_eq!((state.supernet_steps.len(), state.generator_epochs.len()), (1, 1));
    assert_eq!(state.evaluated(Origin::Random).count(), 2);
    let generated: Vec<f64> = state.evaluated(Origin::Generated).map(|one| one.accuracy).collect();
    assert_eq!(generated, [0.75], "the newer measure of a budget replaces the older");
    assert_eq!(state.saved, Some((Phase::Supernet, 8)));
    assert_eq!(state.warnings.len(), 1);
    assert_eq!(state.end, Some(End::Finished(18.5)));

    let under_way = RunState::replay(&records[..3]);
    assert_eq!(under_way.current_phase(), Some(Phase::Supernet));
    assert_eq!(under_way.end, None);
}

#[test]
fn speed_and_kills_leave_no_trace_in_the_deterministic_part() {
    let deterministic = |events: Vec<Event>| -> Vec<Event> {
        events.iter().filter_map(Event::deterministic).collect()
    };
    let mut disturbed = all();
    for event in &mut disturbed {
        match event {
            Event::SupernetStep(step) => step.images_per_s *= 2.0,
            Event::PhaseEnded { seconds, .. } | Event::Finished { seconds } => *seconds += 1.0,
            _ => {}
        }
    }
    disturbed.insert(4, Event::Checkpoint { phase: Phase::Supernet, step: 5 });
    assert_eq!(deterministic(disturbed), deterministic(all()));

    let mut wrong = all();
    let Event::SupernetStep(step) = &mut wrong[2] else { panic!("{:?}", wrong[2]) };
    step.loss += 1e-12;
    assert_ne!(deterministic(wrong), deterministic(all()));
}

#[test]
fn the_result_has_the_keys_that_other_programs_rely_on() {
    let mut state = RunState::default();
    assert_eq!(SearchResult::of(&state), None);
    for event in all() {
        state.apply(&event);
    }
    let mut result = serde_json::to_value(SearchResult::of(&state).unwrap()).unwrap();
    // The correlation of two points is 1 to rounding only.
    let pearson = result["tracking"]["pearson"].take().as_f64().unwrap();
    assert!((pearson - 1.0).abs() < 1e-12);
    let expected: Value = json!({
        "preset": "tiny",
        "adapter": "llvmpipe",
        "seconds": { "supernet": 12.5, "generator": 2.5, "evaluate": 0.5 },
        "generated": [{
            "budget": 2_000_000, "macs": 1_950_000, "params": 50_000, "accuracy": 0.75,
            "kernels": [[3, 5], [7, 7, 3]],
        }],
        "random": [
            { "macs": 1_950_000, "params": 50_000, "accuracy": 0.5 },
            { "macs": 1_950_000, "params": 50_000, "accuracy": 0.5 },
        ],
        "tracking": { "kendall_tau": 1.0, "pearson": null, "mean_abs_error": 0.5 },
    });
    assert_eq!(result, expected);
}
