//! The studio's outside on a desktop, with real runs on the GPU.
#![cfg(feature = "studio")]
#![allow(clippy::unwrap_used)]

mod common;

use std::path::Path;
use std::time::{Duration, Instant};

use sgnas::desk::Desk;
use sgnas::gpu::AdapterChoice;
use sgnas::protocol::config::Config;
use sgnas::protocol::{Command, Event};
use sgnas::run::folder::{OwnedRunFolder, RunFolder};
use sgnas::space::{Architecture, Budget};
use sgnas::studio::Backend;
use sgnas::studio::backend::{Ending, Report, Request};

fn config(data: &Path, seed: u64) -> Box<Config> {
    let mut config = Config::preset("tiny").unwrap();
    config.set("data", &data.display().to_string()).unwrap();
    common::SHORT.iter().for_each(|s| config.assign(s).unwrap());
    config.assign("scratch.epochs=3").unwrap();
    config.general.seed = seed;
    Box::new(config)
}

/// Reports up to the first for which `last` holds.
fn until(desk: &mut Desk, last: impl Fn(&Report) -> bool) -> Vec<Report> {
    let (mut all, start) = (Vec::new(), Instant::now());
    while !all.iter().any(&last) {
        assert!(start.elapsed() < Duration::from_secs(600), "it never came; so far: {all:?}");
        std::thread::sleep(Duration::from_millis(5));
        all.extend(desk.reports());
    }
    all
}

fn has_steps(report: &Report) -> bool {
    let step = |event: &Event| matches!(event, Event::SupernetStep(_));
    matches!(report, Report::Events(records) if records.iter().any(|r| step(&r.event)))
}

#[test]
fn a_run_that_is_left_for_another_saves_and_says_no_more() {
    let home = tempfile::tempdir().unwrap();
    let (data, runs) = (home.path().join("data"), home.path().join("runs"));
    common::small_images(&data, 240);
    let mut desk = Desk::new(AdapterChoice::Best, &runs).unwrap();
    // Long enough that the run is at it when it is left.
    let mut first = config(&data, 1);
    first.assign("supernet.epochs=2000").unwrap();
    desk.ask(Request::Start(first));
    until(&mut desk, has_steps);

    desk.ask(Request::Start(config(&data, 2)));
    let reports = until(&mut desk, |report| matches!(report, Report::Ended(_)));
    let ended: Vec<_> = reports.iter().filter(|r| matches!(r, Report::Ended(_))).collect();
    assert_eq!(ended, [&Report::Ended(Ok(Ending::Finished))]);
    let opened = |report: &Report| matches!(report, Report::Opened { live: true, .. });
    let second = reports.iter().position(opened).unwrap();
    let events = reports[second..].iter().filter_map(|report| match report {
        Report::Events(records) => Some(records),
        _ => None,
    });
    let events: Vec<&Event> = events.flatten().map(|record| &record.event).collect();
    assert!(
        matches!(events[0], Event::RunStarted(start) if start.config.general.seed == 2),
        "the second run's events begin with one of the first: {:?}",
        events[0]
    );
    let starts = events.iter().filter(|event| matches!(event, Event::RunStarted(_)));
    assert_eq!(starts.count(), 1);

    // Random networks are measured by number, so the same ones whenever they are asked for.
    let drawn = |desk: &mut Desk, first, count| -> Vec<_> {
        desk.ask(Request::Draw { first, count });
        let last = |report: &Report| matches!(report, Report::Drawn { left: 0, .. });
        let reports = until(desk, last).into_iter();
        let measured = reports.filter_map(|report| match report {
            Report::Drawn { measured, .. } => Some(measured.unwrap()),
            _ => None,
        });
        measured.collect()
    };
    let three = drawn(&mut desk, 0, 3);
    assert_eq!(three.len(), 3);
    assert!(three[0].architecture != three[1].architecture);
    assert_eq!(drawn(&mut desk, 1, 2), three[1..]);

    // A network is trained beside the run, saves where the run lies, and is found there again.
    let ended = |report: &Report| matches!(report, Report::TrainingEnded { .. });
    let (run, architecture) = (runs.join("tiny-2"), three[0].architecture.clone());
    desk.ask(Request::Train { run: run.clone(), architecture: architecture.clone() });
    let reports = until(&mut desk, ended);
    let end = reports.iter().find(|report| ended(report));
    let (folder, ending) = (run.join("scratch/train-1"), Ok(Ending::Finished));
    assert_eq!(end, Some(&Report::TrainingEnded { folder: folder.clone(), ending }));
    let epochs = |reports: &[Report]| {
        let records = reports.iter().filter_map(|report| match report {
            Report::TrainingEvents { records, .. } | Report::Training { records, .. } => {
                Some(records)
            }
            _ => None,
        });
        let epoch = |event: &Event| matches!(event, Event::ScratchEpoch(_));
        records.flatten().filter(|record| epoch(&record.event)).count()
    };
    let told = epochs(&reports);
    assert!(told > 0);
    desk.ask(Request::Open(run.clone()));
    // So are the random networks that were measured on request.
    let opened = until(&mut desk, |report| matches!(report, Report::DrawnBefore(_)));
    let drawn = opened.iter().find_map(|report| match report {
        Report::DrawnBefore(drawn) => Some(drawn),
        _ => None,
    });
    assert_eq!(drawn, Some(&[&three[..], &three[1..]].concat()));
    let again = opened.iter().find_map(|report| match report {
        Report::Training { folder, architecture, live: false, .. } => Some((folder, architecture)),
        _ => None,
    });
    assert_eq!(again, Some((&folder, &architecture)));
    assert_eq!(epochs(&opened), told);
    // A saved architecture comes back by its file.
    let json = serde_json::to_vec(&architecture).unwrap();
    let name = "architecture.json".to_owned();
    desk.ask(Request::Save { run: run.clone(), name, bytes: json });
    until(&mut desk, |report| matches!(report, Report::Saved(_)));
    desk.ask(Request::Take(run.join("exports/architecture.json")));
    let taken = until(&mut desk, |report| matches!(report, Report::Dropped(_)));
    assert!(taken.contains(&Report::Dropped(architecture.clone())));
    desk.ask(Request::WriteReport(run.clone()));
    let written = until(&mut desk, |report| matches!(report, Report::Saved(_)));
    assert!(written.contains(&Report::Saved(run.join("report.html"))));
    assert!(run.join("report.html").exists());

    // What the desk leaves behind is saved, and nobody holds it.
    drop(desk);
    let left = RunFolder::open(&runs.join("tiny-1")).unwrap();
    assert!(left.checkpoints().load::<serde_json::Value>().unwrap().is_some());
}

#[test]
fn what_is_no_run_is_neither_opened_nor_resumed_and_says_why() {
    let home = tempfile::tempdir().unwrap();
    let mut desk = Desk::new(AdapterChoice::Best, home.path()).unwrap();
    let nowhere = home.path().join("nowhere");
    let damaged = home.path().join("damaged");
    drop(OwnedRunFolder::create(&damaged, &Config::preset("tiny").unwrap()).unwrap());
    std::fs::create_dir(damaged.join("journal.jsonl")).unwrap();
    for request in [
        Request::Resume(nowhere.clone()),
        Request::Resume(damaged.clone()),
        Request::Open(nowhere),
        Request::Open(damaged.clone()),
        Request::Replay(damaged),
    ] {
        desk.ask(request.clone());
        let reports = until(&mut desk, |report| matches!(report, Report::Trouble(_)));
        assert_eq!(reports.len(), 1, "{request:?}: {reports:?}");
    }
}

#[test]
fn a_run_on_images_of_ones_own_goes_on_where_only_its_file_is() {
    let home = tempfile::tempdir().unwrap();
    let [data, here, there] = ["data", "here", "there"].map(|name| home.path().join(name));
    common::small_images(&data, 240);
    let ended = |report: &Report| matches!(report, Report::Ended(_));
    let start = |desk: &mut Desk| {
        let mut config = config(&data, 3);
        config.assign("supernet.epochs=2").unwrap();
        config.assign("generator.epochs=1").unwrap();
        desk.ask(Request::Start(config));
    };
    let mut desk = Desk::new(AdapterChoice::Best, &here).unwrap();
    start(&mut desk);
    until(&mut desk, ended);
    start(&mut desk);
    until(&mut desk, has_steps);
    desk.ask(Request::Command(Command::Stop));
    // Only one that has not ended needs its images again.
    assert!(until(&mut desk, ended).contains(&Report::Ended(Ok(Ending::Stopped))));
    desk.ask(Request::Pack(here.join("tiny-2")));
    until(&mut desk, |report| matches!(report, Report::Saved(_)));
    drop(desk);
    std::fs::remove_dir_all(&data).unwrap();

    let mut desk = Desk::new(AdapterChoice::Best, &there).unwrap();
    desk.ask(Request::Take(here.join("tiny-2.run.tar")));
    let reports = until(&mut desk, |report| matches!(report, Report::Unpacked { .. }));
    let run = reports.iter().find_map(|report| match report {
        Report::Unpacked { run, .. } => Some(run.clone()),
        _ => None,
    });
    let run = run.unwrap();
    desk.ask(Request::Resume(run.clone()));
    let reports = until(&mut desk, ended);
    assert!(reports.contains(&Report::Ended(Ok(Ending::Finished))), "{reports:?}");
    let [undisturbed, carried] = [here.join("tiny-1"), run].map(|run| {
        let text = std::fs::read(RunFolder::open(&run).unwrap().result()).unwrap();
        serde_json::from_slice::<serde_json::Value>(&text).unwrap()
    });
    for part in ["generated", "random", "tracking"] {
        assert!(!undisturbed[part].is_null());
        assert_eq!(undisturbed[part], carried[part]);
    }
}

#[test]
fn a_run_is_listed_read_and_deleted_and_images_are_recognised() {
    let home = tempfile::tempdir().unwrap();
    let (data, runs) = (home.path().join("data"), home.path().join("runs"));
    common::small_images(&data, 24);
    let run = runs.join("tiny-1");
    drop(OwnedRunFolder::create(&run, &config(&data, 3)).unwrap());
    let mut desk = Desk::new(AdapterChoice::Best, &runs).unwrap();

    desk.ask(Request::Read(run.clone()));
    let read = Report::Read { folder: run.clone(), records: Vec::new() };
    until(&mut desk, |report| *report == read);
    desk.ask(Request::Take(data.clone()));
    until(&mut desk, |report| matches!(report, Report::Images { path, .. } if *path == data));
    desk.ask(Request::Take(home.path().join("nothing")));
    until(&mut desk, |report| matches!(report, Report::Trouble(what) if what.contains("nothing")));

    let count = |report: &Report| match report {
        Report::Runs(runs) => Some(runs.len()),
        _ => None,
    };
    desk.ask(Request::ListRuns);
    until(&mut desk, |report| count(report) == Some(1));
    desk.ask(Request::Delete(run.clone()));
    let reports = until(&mut desk, |report| count(report) == Some(0));
    assert!(reports.contains(&Report::Deleted(run.clone())), "{reports:?}");
    assert!(!run.exists());
}

#[test]
fn a_network_is_timed_on_the_device_of_its_run() {
    let home = tempfile::tempdir().unwrap();
    let (data, runs) = (home.path().join("data"), home.path().join("runs"));
    common::small_images(&data, 240);
    let mut desk = Desk::new(AdapterChoice::Best, &runs).unwrap();
    desk.ask(Request::Start(config(&data, 4)));
    until(&mut desk, |report| matches!(report, Report::Ended(_)));
    let layers = Config::preset("tiny").unwrap().space().unwrap().layers().len();
    let [small, large] =
        [&[3, 3][..], &[7; 6]].map(|of| Architecture::uniform(layers, of).unwrap());
    // Which of them takes longer is not asked: other work on a machine may fall on either.
    let mut time = |architecture: &Architecture| {
        desk.ask(Request::Time(architecture.clone()));
        let reports = until(&mut desk, |report| matches!(report, Report::Timed { .. }));
        let timed = reports.into_iter().find_map(|report| match report {
            Report::Timed { architecture, latency } => Some((architecture, latency.unwrap())),
            _ => None,
        });
        let (of, latency) = timed.unwrap();
        assert_eq!(of, *architecture);
        assert!(latency.passes >= 11 && latency.low > 0.0);
        assert!(latency.low <= latency.median && latency.median <= latency.high);
    };
    time(&small);
    time(&large);

    // Block by block, for a limit in milliseconds, which is there again when the run is opened.
    desk.ask(Request::TimeBlocks);
    let timed = |report: &Report| matches!(report, Report::BlocksTimed(_));
    let table = |reports: Vec<Report>| {
        let table = reports.into_iter().find_map(|report| match report {
            Report::BlocksTimed(table) => Some(table.unwrap()),
            _ => None,
        });
        table.unwrap()
    };
    let times = table(until(&mut desk, timed));
    assert_eq!(times.layers.len(), layers);
    let (low, high) = times.range();
    assert!(0 < low && low < high, "{times:?}");
    desk.ask(Request::Open(runs.join("tiny-1")));
    assert_eq!(table(until(&mut desk, timed)), times);
    let budget = Budget { latency: Some((low + high) / 2), ..Budget::default() };
    until(&mut desk, |report| matches!(report, Report::Generator(Ok(()))));
    desk.ask(Request::Answer(budget));
    let answered = until(&mut desk, |report| matches!(report, Report::Answered(_)));
    let took = answered.iter().find_map(|report| match report {
        Report::Answered(answer) => Some(times.of(&answer.architecture).unwrap()),
        _ => None,
    });
    assert!(took.is_some_and(|took| took <= (low + high) / 2), "{took:?} of {budget:?}");

    // A file of times that was damaged is told of by name, and the generator answers all the same.
    std::fs::write(runs.join("tiny-1/latency.json"), "[1, 2").unwrap();
    desk.ask(Request::Open(runs.join("tiny-1")));
    let trouble = |report: &Report| matches!(report, Report::Trouble(_));
    let reports = until(&mut desk, trouble);
    let told = |what: &str| what.contains("latency.json") && what.contains("measure them again");
    let told = |report: &Report| matches!(report, Report::Trouble(what) if told(what));
    assert!(reports.iter().any(told) && !reports.iter().any(timed), "{reports:?}");
    desk.ask(Request::Answer(Budget { latency: None, macs: Some(u64::MAX), ..budget }));
    until(&mut desk, |report| matches!(report, Report::Answered(_)));
}
