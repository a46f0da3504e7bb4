//! Reports of made-up runs: each state has one, whole and harmless. They are left in the target
//! folder's `tmp/report`, to be looked at.
#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used)]

mod check;
mod sample;

use std::fs;
use std::path::Path;

use sample::{CHANGED, Dice, events, measured, scratch, start, state};
use sgnas::protocol::facts::*;
use sgnas::protocol::{Config, Event, RunState};
use sgnas::report::{Source, html};

/// The checked report of a state, left in the target folder under this name.
fn report(name: &str, state: &RunState, active: bool) -> String {
    let page = html(state, Source { name, active }).unwrap();
    if let Some(problem) = check::problem(&page) {
        panic!("{name}: {problem}");
    }
    assert!(page.len() < 3_000_000, "{name}: {} bytes", page.len());
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("report");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join(format!("{name}.html")), &page).unwrap();
    page
}

fn until(events: Vec<Event>, last: impl Fn(&Event) -> bool) -> RunState {
    let count = events.iter().position(last).unwrap() + 1;
    state(&events[..count])
}

#[test]
fn a_finished_run_shows_every_network_with_units_and_separators() {
    for preset in ["tiny", "small", "imagenet"] {
        let state = state(&events(preset));
        let page = report(&format!("finished-{preset}"), &state, false);
        assert_eq!(page.matches("<article").count(), 8);
        assert_eq!(page.matches("class=\"empty\"").count(), 0);
        assert_eq!(page.matches("class=\"chart\"").count(), 10);
        let first = state.evaluated(Origin::Generated).next().unwrap();
        let macs = sgnas::protocol::quantity::grouped(first.macs);
        assert!(page.contains(&format!("<td>{macs}</td>")), "{macs}");
        for text in ["M MACs", "accuracy, %", "Kendall tau", "Pearson", "4 min 11 s", ">finished<"]
        {
            assert!(page.contains(text), "{text}");
        }
    }
}

#[test]
fn the_strip_has_a_numbered_cell_for_each_kernel() {
    let state = state(&events("tiny"));
    let page = report("strips", &state, false);
    let kernels = |wanted: u8| {
        let all = state.evaluated(Origin::Generated).flat_map(|one| one.architecture.kernels());
        all.flatten().filter(|&&kernel| kernel == wanted).count()
    };
    for kernel in [3, 5, 7] {
        assert_eq!(page.matches(&format!("<rect class=\"k{kernel}\"")).count(), kernels(kernel));
        let numbered = format!(">{kernel}</text>");
        let cells = page.split("<text class=\"kernel\"").skip(1);
        let cells =
            cells.filter(|cell| cell.contains(&numbered) && cell.find(&numbered) == cell.find('>'));
        assert_eq!(cells.count(), kernels(kernel));
    }
    let layers = 8 * 6;
    let cells: usize = [3, 5, 7].map(kernels).iter().sum();
    assert_eq!(page.matches("<rect class=\"skip\"").count(), layers * 6 - cells);
    assert_eq!(page.matches("<line class=\"stride\"").count(), 8 * 2);
}

#[test]
fn what_does_not_exist_yet_says_when_it_will() {
    let empty = report("empty", &RunState::default(), false);
    assert!(empty.contains(">not begun<") && !empty.contains("<svg"));
    let begun = report("begun", &state(&events("tiny")[..2]), true);
    assert!(begun.contains("The curve appears after the supernet&#39;s first steps."));
    let running =
        until(events("tiny"), |e| matches!(e, Event::SupernetEpoch(one) if one.epoch == 4));
    let page = report("running", &running, true);
    assert!(page.contains(">running<") && page.contains("5 of 14 epochs"));
    assert_eq!(page.matches("class=\"chart\"").count(), 3);
    assert!(page.contains("Networks are listed after the generator has answered a budget."));
    let stopped = report("stopped", &running, false);
    assert!(stopped.contains(">stopped<") && stopped.contains("--resume"));
    assert!(stopped.contains("stopped before it and can be resumed"));
}

#[test]
fn a_failed_run_says_why() {
    let mut state = until(events("tiny"), |e| matches!(e, Event::GeneratorEpoch(_)));
    state.apply(&Event::Failed { message: "the device was lost: <reset> & gone".to_owned() });
    let page = report("failed", &state, false);
    assert!(page.contains("the device was lost: &lt;reset&gt; &amp; gone"));
    assert!(page.contains(">failed<") && page.contains("the run failed before it"));
}

#[test]
fn training_from_scratch_appears_where_it_was_asked_for() {
    let mut events = events("tiny");
    assert!(!report("without-scratch", &state(&events), false).contains("id=\"scratch\""));
    events.pop();
    events.extend(scratch());
    let mut user = measured("tiny", Origin::User, None, Dice::new(3).architecture(6), 0.771);
    events.push(Event::Evaluated(user.clone()));
    user.architecture = Dice::new(5).architecture(6);
    user.accuracy = f64::NAN;
    events.push(Event::Evaluated(user));
    let page = report("scratch", &state(&events), false);
    assert!(page.contains("id=\"scratch\"") && page.contains("by hand"));
    assert_eq!(page.matches("class=\"chart\"").count(), 13);
}

#[test]
fn a_run_that_only_trains_reports_no_search() {
    let mut events = vec![events("tiny").remove(0)];
    events.extend(scratch());
    let page = report("train", &state(&events), false);
    assert_eq!(page.matches("class=\"chart\"").count(), 3);
    for absent in
        ["search report", "id=\"networks\"", "#supernet", "Accuracy, generated", "class=\"empty\""]
    {
        assert!(!page.contains(absent), "{absent}");
    }
    assert!(page.contains("SGNAS training report") && page.contains("<b>88.7\u{a0}%</b>"));
    assert!(page.contains("after 15\u{a0}epochs, on 2,000\u{a0}test images"));
    let begun = report("train-begun", &state(&events[..2]), false);
    assert!(begun.contains("<code>sgnas train --resume</code>"));
}

#[test]
fn settings_that_differ_from_the_preset_are_marked() {
    let page = report("settings", &state(&events("tiny")), false);
    let preset = Config::preset("tiny").unwrap();
    assert!(page.contains(&format!("{} values differ from the preset", CHANGED.len())));
    assert_eq!(page.matches("<tr class=\"changed\">").count(), CHANGED.len());
    for (key, value) in CHANGED {
        let default = preset.get(key).unwrap();
        let cells = format!("<span class=\"value\">{value}</span>");
        let row = page.split("<tr").find(|row| {
            row.contains(&cells) && row.contains(&format!("<small>preset: {default}</small>"))
        });
        assert!(row.is_some_and(|row| row.starts_with(" class=\"changed\"")), "{key}");
    }
}

#[test]
fn nothing_from_outside_becomes_markup() {
    let hostile = "</style></title><script>alert(1)</script>\"'&\u{0}\u{7}\u{202e}".to_owned();
    let mut start = start("tiny");
    start.device = DeviceSummary {
        name: hostile.clone(),
        kind: hostile.clone(),
        backend: hostile.clone(),
        driver: hostile.clone(),
        kernels: hostile.clone(),
    };
    start.data.name = hostile.clone() + &"a/long/path".repeat(500);
    start.data.classes = vec![hostile.clone(); 10];
    start.config.general.data = hostile.clone();
    start.config.general.preset = hostile.clone();
    let mut state = state(&[Event::RunStarted(Box::new(start))]);
    state.evaluated.push(measured(
        "tiny",
        Origin::Generated,
        Some(2_000_000),
        Dice::new(1).architecture(6),
        0.5,
    ));
    state.warnings = vec![hostile.clone(); 5_000];
    state.apply(&Event::Failed { message: hostile.clone() });
    let page = html(&state, Source { name: &hostile, active: true }).unwrap();
    assert_eq!(check::problem(&page), None);
    assert!(!page.contains("<script") && page.matches("</style>").count() == 1);
    assert!(page.len() < 1_000_000, "{} bytes", page.len());
    report("hostile", &state, true);
}

#[test]
fn values_that_are_not_finite_are_left_out_and_counted() {
    let mut run = state(&events("tiny"));
    for (index, step) in run.supernet_steps.iter_mut().enumerate() {
        match index % 7 {
            0 => step.loss = f64::NAN,
            1 => step.loss = f64::INFINITY,
            2 => step.loss = 1e300,
            _ => {}
        }
        step.accuracy = f64::NAN;
        step.lr = -f64::INFINITY;
    }
    for one in &mut run.evaluated {
        one.accuracy = f64::NAN;
    }
    run.phases[0].seconds = Some(f64::NAN);
    let page = report("nan", &run, false);
    assert!(page.contains("750 values that are not finite are left out."));
    assert!(page.contains("None of 1,750 values is finite"));
}

#[test]
fn the_largest_counts_are_shown_and_not_added_to() {
    let mut run = state(&events("tiny"));
    let most = u64::MAX;
    run.supernet_steps
        .iter_mut()
        .rev()
        .take(9)
        .for_each(|one| (one.step, one.epoch) = (most, most));
    run.generator_steps.iter_mut().for_each(|one| (one.step, one.epoch) = (most, most));
    run.supernet_epochs.iter_mut().for_each(|one| one.epoch = most);
    run.generator_epochs.iter_mut().for_each(|one| one.epoch = most);
    run.tracking.iter_mut().for_each(|one| one.budget = most);
    for one in &mut run.evaluated {
        (one.macs, one.params) = (most, most);
    }
    for one in run.evaluated.iter_mut().filter(|one| one.kind == Origin::Generated) {
        one.budget = Some(0);
    }
    run.phases[0].seconds = Some(1e300);
    let page = report("largest", &run, false);
    assert!(page.contains("18,446,744,073,709,551,615"));
}

#[test]
fn a_single_point_of_everything_is_enough() {
    let (mut seen, mut few) = (Vec::new(), Vec::new());
    for event in events("tiny") {
        let kind = std::mem::discriminant(&event);
        if !seen.contains(&kind) || matches!(event, Event::PhaseStarted { .. }) {
            seen.push(kind);
            few.push(event);
        }
    }
    let page = report("single", &state(&few), false);
    assert!(page.matches("<circle").count() >= 6);
}

#[test]
fn a_very_long_run_makes_no_large_file() {
    let mut dice = Dice::new(11);
    let mut run = state(&events("tiny"));
    let step = run.supernet_steps[0];
    run.supernet_steps = (0..100_000)
        .map(|i| {
            let loss = if i % 2 == 0 { dice.roll() } else { f64::NAN };
            SupernetStep { step: i, epoch: i / 1_000, loss, accuracy: dice.roll(), ..step }
        })
        .collect();
    let step = run.generator_steps[0];
    run.generator_steps = (0..100_000)
        .map(|i| GeneratorStep { step: i, epoch: i / 1_000, ce: dice.roll(), ..step })
        .collect();
    let one = run.evaluated[0].clone();
    run.evaluated.extend((0..100_000).map(|i| Evaluated {
        macs: 1_000_000 + (dice.roll() * 3e6) as u64,
        accuracy: dice.roll(),
        kind: if i % 20 == 0 { Origin::Generated } else { Origin::Random },
        budget: (i % 20 == 0).then_some(i),
        ..one.clone()
    }));
    report("long", &run, false);
}

#[test]
fn a_run_whose_space_does_not_fit_still_has_a_report() {
    let mut run = state(&events("tiny"));
    run.evaluated.push(measured(
        "small",
        Origin::Generated,
        Some(1),
        Dice::new(2).architecture(12),
        0.5,
    ));
    let page = report("other-layers", &run, false);
    assert!(page.contains("Not drawn:"));
    run.start.as_mut().unwrap().data.shape = [0, 0, 0];
    let page = report("no-space", &run, false);
    assert!(page.contains("No drawings:"));
}
