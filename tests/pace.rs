//! The expected time of a search against what one takes, on the real engine. Alone in its program, so
//! that nothing else counts as the search's processor time.
#![cfg(feature = "studio")]
#![allow(clippy::unwrap_used)]

mod common;

use std::time::{Duration, Instant};

use sgnas::desk::Desk;
use sgnas::gpu::AdapterChoice;
use sgnas::platform::clock::process_cpu_milliseconds;
use sgnas::protocol::Event;
use sgnas::protocol::config::Config;
use sgnas::studio::Backend;
use sgnas::studio::backend::{Probing, Report, Request};

/// Seconds that this program had for computing since its start: on a software driver those of the
/// processor, of which other programs may take a part that changes from minute to minute.
fn computed(software: bool, start: Instant) -> f64 {
    let processor = process_cpu_milliseconds().filter(|_| software).map(|time| time * 1e-3);
    processor.unwrap_or_else(|| start.elapsed().as_secs_f64())
}

/// Reports up to the first for which `last` holds.
fn until(desk: &mut Desk, last: impl Fn(&Report) -> bool) -> Vec<Report> {
    let (mut all, start) = (Vec::new(), Instant::now());
    while !all.iter().any(&last) {
        assert!(start.elapsed() < Duration::from_secs(900), "it never came; so far: {all:?}");
        std::thread::sleep(Duration::from_millis(5));
        all.extend(desk.reports());
    }
    all
}

#[test]
fn the_expected_time_is_within_a_factor_of_two_of_what_a_search_takes() {
    let software = common::gpu().adapter().kind == "software";
    let home = tempfile::tempdir().unwrap();
    let mut desk = Desk::new(AdapterChoice::Best, &home.path().join("runs")).unwrap();
    let start = Instant::now();
    let before = computed(software, start);
    desk.ask(Request::Probe { known: Vec::new() });
    let tiny = |report: &Report| match report {
        Report::Probed { paces, .. } => paces.get("tiny").copied(),
        _ => None,
    };
    let probed = until(&mut desk, |report| tiny(report).is_some());
    let pace = probed.iter().find_map(tiny).unwrap();
    // How much of a second that passed this program had.
    let share = (computed(software, start) - before) / start.elapsed().as_secs_f64();

    // The images of the program and the settings of the preset, for fewer epochs.
    let mut config = Config::preset("tiny").unwrap();
    for setting in ["supernet.epochs=1", "generator.epochs=1", "evaluate.random=1", "budgets=2M"] {
        config.assign(setting).unwrap();
    }
    let expected = share * pace.seconds(&config, 10_000, 2_000);
    let before = computed(software, start);
    desk.ask(Request::Start(Box::new(config)));
    let reports = until(&mut desk, |report| matches!(report, Report::Ended(_)));
    let took = computed(software, start) - before;
    println!("expected {expected:.1} s, took {took:.1} s, at {share:.2} s a second: {pace:?}");
    assert!((0.5..2.0).contains(&(took / expected)), "{took} s in place of {expected} s");

    let events = reports.iter().filter_map(|report| match report {
        Report::Events(records) => Some(records),
        _ => None,
    });
    let data = events.flatten().find_map(|record| match &record.event {
        Event::RunStarted(start) => Some(start.data.clone()),
        _ => None,
    });
    let data = data.unwrap();
    assert_eq!(data.weight_images + data.generator_images, 10_000);
    assert_eq!(data.test_images, 2_000);
    // The run ended the probe, or the probe had ended before.
    let left = |report: &Report| matches!(report, Report::Probed { standing, .. } if *standing != Probing::UnderWay);
    assert!(probed.iter().chain(&reports).any(left), "the probe went on beside the run");
}
