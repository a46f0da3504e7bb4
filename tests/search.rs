//! A whole search on small images, through the same door as every face: events out, commands in.
#![allow(clippy::unwrap_used)]

mod common;

use std::path::Path;

use sgnas::gpu::AdapterChoice;
use sgnas::protocol::command::Command;
use sgnas::protocol::config::Config;
use sgnas::protocol::event::Event;
use sgnas::protocol::facts::{EXPANSIONS, PathCounts, Phase};
use sgnas::protocol::statistics::fit;
use sgnas::run::folder::RunFolder;
use sgnas::run::link;
use sgnas::run::search::{Job, Outcome, search};
use sgnas::space::Metric;

fn config(data: &Path) -> Box<Config> {
    let mut config = Config::preset("tiny").unwrap();
    config.set("data", &data.display().to_string()).unwrap();
    common::SHORT.iter().for_each(|s| config.assign(s).unwrap());
    Box::new(config)
}

/// Runs a job to its end; `react` sees every event and may answer with a command.
fn run(job: Job, mut react: impl FnMut(&Event) -> Option<Command>) -> (Outcome, Vec<Event>) {
    let handle =
        link::start(async move |link| search(job, &AdapterChoice::Best, false, link).await)
            .unwrap();
    let mut events = Vec::new();
    while let Ok(record) = handle.events.recv_blocking() {
        if let Some(command) = react(&record.event) {
            handle.commands.send_blocking(command).unwrap();
        }
        events.push(record.event);
    }
    (handle.join().unwrap(), events)
}

#[test]
fn a_search_learns_keeps_its_budgets_and_ends_the_same_after_a_stop_in_each_phase() {
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("data");
    common::small_images(&data, 240);
    let calm = home.path().join("calm");
    // Long enough that every network learns whatever the adapter rounds: after half of it the
    // smallest may still be near chance.
    let mut config = config(&data);
    config.assign("supernet.epochs=16").unwrap();
    let job = Job::New { config: config.clone(), out: calm.clone() };
    let (outcome, events) = run(job, |_| None);

    let losses: Vec<f64> = events
        .iter()
        .filter_map(|e| if let Event::SupernetStep(s) = e { Some(s.loss) } else { None })
        .collect();
    assert!(losses.last().unwrap() < &(losses[0] * 0.9), "the loss does not fall: {losses:?}");
    // On held-out images it does as well.
    let held_out: Vec<f64> = events
        .iter()
        .filter_map(|e| if let Event::SupernetEpoch(one) = e { one.loss } else { None })
        .collect();
    assert_eq!(held_out.len(), 16);
    assert!(held_out[15] > 0.0 && held_out[15] < held_out[0], "{held_out:?}");
    // Every epoch of the generator tells its answers to the grid, with which its tau agrees.
    let epochs: Vec<_> = events
        .iter()
        .filter_map(|e| if let Event::GeneratorEpoch(epoch) = e { Some(epoch) } else { None })
        .collect();
    assert!(!epochs.is_empty());
    for epoch in epochs {
        assert!(epoch.answers.len() >= 20, "{epoch:?}");
        assert!(epoch.answers.windows(2).all(|pair| pair[0].budget < pair[1].budget));
        assert_eq!(fit(&epoch.answers).kendall_tau, epoch.kendall_tau);
    }
    // Every epoch tells what it trained: per layer each path once, in as many parts as it is wide.
    let counts: Vec<_> = events
        .iter()
        .filter_map(|e| if let Event::PathCounts(of) = e { Some(of) } else { None })
        .collect();
    assert_eq!(counts.len(), 16);
    let paths = |of: &PathCounts, layer: usize| -> u64 {
        let parts = |e: usize| (0..3).map(|k| of.count(layer, e, k)).sum::<u64>();
        (EXPANSIONS.iter().enumerate()).map(|(e, width)| parts(e) / *width as u64).sum()
    };
    let all = paths(counts[0], 0);
    assert!(all > 0 && all.is_multiple_of(4), "four paths a step: {all}");
    for of in &counts {
        assert!((0..of.layers()).all(|layer| paths(of, layer) == all), "{of:?}");
    }
    assert_ne!(counts[0].counts, counts[1].counts);
    let result = outcome.result.unwrap();
    assert_eq!((result.generated.len(), result.random.len()), (8, 4));
    for one in &result.generated {
        assert!(one.macs <= one.budget && one.macs * 100 >= one.budget * 97, "{one:?}");
        assert!(one.accuracy > 0.8, "it has not learnt: {one:?}");
    }
    let folder = RunFolder::open(&calm).unwrap();
    assert!(folder.result().is_file());

    // Stopped once in each phase and resumed each time.
    let torn = home.path().join("torn");
    let mut job = Job::New { config, out: torn.clone() };
    for phase in [Phase::Supernet, Phase::Generator, Phase::Evaluate] {
        let (outcome, _) = run(job, |event| match event {
            Event::SupernetStep(s) if phase == Phase::Supernet && s.step > 12 => {
                Some(Command::Stop)
            }
            Event::GeneratorStep(_) if phase == Phase::Generator => Some(Command::Stop),
            Event::Tracking { .. } if phase == Phase::Evaluate => Some(Command::Stop),
            _ => None,
        });
        assert!(outcome.result.is_none(), "not stopped in {phase:?}");
        job = Job::Resume { folder: torn.clone() };
    }
    let (again, _) = run(job, |_| None);
    assert_eq!(again.result.unwrap().generated, result.generated);
    let last =
        |root: &Path| RunFolder::open(root).unwrap().checkpoints().load::<serde_json::Value>();
    let (a, b) = (last(&calm).unwrap().unwrap(), last(&torn).unwrap().unwrap());
    assert!(a.checkpoint.tensors == b.checkpoint.tensors, "final tensors differ");
}

#[test]
fn an_architecture_a_person_asks_for_is_measured_amid_the_evaluation() {
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("data");
    common::small_images(&data, 120);
    let mut asked = false;
    let job = Job::New { config: config(&data), out: home.path().join("run") };
    let (_, events) = run(job, |event| {
        let now = matches!(event, Event::Tracking { .. }) && !std::mem::replace(&mut asked, true);
        now.then(|| {
            let wanted = sgnas::space::Architecture::uniform(6, &[3, 5]).unwrap();
            Command::Evaluate(wanted)
        })
    });
    let user = events.iter().filter(
        |e| matches!(e, Event::Evaluated(one) if one.kind == sgnas::protocol::facts::Origin::User),
    );
    assert_eq!(user.count(), 1);
}

#[test]
fn a_search_with_every_switch_the_other_way_keeps_its_budgets_of_parameters() {
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("data");
    common::small_images(&data, 120);
    let mut config = config(&data);
    for setting in [
        "constraint=params",
        "supernet.forced_sampling=false",
        "supernet.shadow_bn=false",
        "supernet.epochs=3",
        "generator.hardware_loss=square",
        "generator.selection=accuracy",
        "generator.prior_pool=0",
    ] {
        config.assign(setting).unwrap();
    }
    let (outcome, events) = run(Job::New { config, out: home.path().join("run") }, |_| None);
    let result = outcome.result.unwrap();
    assert_eq!((outcome.metric, result.generated.len()), (Metric::Params, 8));
    assert!(result.generated.iter().all(|one| one.params <= one.budget), "{result:?}");
    let losses = events.iter().filter_map(|e| match e {
        Event::SupernetStep(step) => Some(step.loss),
        Event::GeneratorStep(step) => Some(step.ce + step.hardware),
        _ => None,
    });
    assert!(losses.clone().count() > 4 && losses.into_iter().all(f64::is_finite));
}
