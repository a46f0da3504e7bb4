//! Pinning, comparing and unpinning, by clicks.

use std::cell::RefCell;
use std::rc::Rc;

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use sgnas::space::Architecture;
use sgnas::studio::App;
use sgnas::studio::backend::{Report, Request};
use sgnas::studio::state::{Accuracy, Source};

use crate::fake::{self, Stage, Talk};
use crate::logic::{app, asked, at};
use crate::training::saved;

/// Pins the answers to budgets at these shares of the range, and measures them.
pub(crate) fn pin(
    harness: &mut Harness<'_, Option<App>>,
    talk: &Rc<RefCell<Talk>>,
    shares: &[f64],
) {
    let layers = app(harness).studio().run.as_ref().unwrap().space.as_ref().unwrap().layers().len();
    let preset = if layers > 6 { "cifar" } else { "tiny" };
    for (i, share) in shares.iter().enumerate() {
        let answer = fake::answer(preset, *share);
        let Report::Answered(of) = &answer else { unreachable!("an answer") };
        let (architecture, accuracy) = (of.architecture.clone(), Ok(0.75 + 0.01 * i as f64));
        talk.borrow_mut().reports = vec![answer, Report::Measured { architecture, accuracy }];
        harness.run_steps(3);
        harness.get_by_label("pin").click();
        harness.run_steps(2);
    }
}

fn pinned(harness: &Harness<'_, Option<App>>) -> Vec<(char, Architecture)> {
    let pins = app(harness).studio().pins.iter();
    pins.map(|pin| (pin.letter, pin.network.architecture.clone())).collect()
}

#[test]
fn a_pinned_network_comes_back_by_a_click_and_goes_by_its_cross() {
    let (talk, mut harness) = at(Stage::Finished);
    pin(&mut harness, &talk, &[0.3, 0.8]);
    let before = pinned(&harness);
    let [('A', first), ('B', second)] = before.as_slice() else { panic!("{before:?}") };
    let shown = |harness: &Harness<'_, Option<App>>| {
        let network = app(harness).studio().network.clone().unwrap();
        (network.architecture, network.source)
    };
    assert_eq!(&shown(&harness).0, second);
    let card = |letter: char| {
        let pins = pinned(&harness);
        let place = pins.iter().position(|(own, _)| *own == letter).unwrap();
        let cost = app(&harness).studio().pins.iter().nth(place).unwrap().network.cost.macs;
        let accuracy = format!("{:.1} %", 75.0 + place as f64);
        format!("pinned {letter}: {} MACs, {accuracy}", sgnas::protocol::quantity::short(cost))
    };
    let a = card('A');
    harness.get_by_label(&a).click();
    harness.run_steps(2);
    let (architecture, source) = shown(&harness);
    assert_eq!(&architecture, first);
    assert!(matches!(source, Source::Generated(_)));
    harness.get_by_label("Unpin A").click();
    harness.run_steps(2);
    assert_eq!(pinned(&harness), [('B', second.clone())]);
    assert!(harness.query_by_label("compare").is_none(), "one network compares with nothing");
}

#[test]
fn a_comparison_says_how_networks_differ_from_the_one_that_was_clicked() {
    let (talk, mut harness) = at(Stage::Finished);
    pin(&mut harness, &talk, &[0.3, 0.8]);
    let [a, b] = [0, 1].map(|i| app(&harness).studio().pins.iter().nth(i).unwrap().network.clone());
    harness.get_by_label("compare").click();
    harness.run_steps(3);
    let differing = (a.architecture.kernels().iter())
        .zip(b.architecture.kernels())
        .map(|(a, b)| (0..6).filter(|&i| a.get(i) != b.get(i)).count())
        .sum::<usize>();
    let parts = format!("parts that differ {differing} of {}", 6 * a.architecture.layer_count());
    let more = sgnas::protocol::quantity::short(b.cost.macs - a.cost.macs);
    let line = harness.get_by_label_contains("compare B:");
    let text = format!("{:?}", egui_kittest::kittest::NodeT::accesskit_node(&line).label());
    assert!(text.contains(&parts) && text.contains(&format!("+{more}")), "{text}");
    assert!(text.contains("accuracy, inherited 76.0 % +1.0"), "{text}");
    harness.get_by_label_contains("compare B:").click();
    harness.run_steps(3);
    let line = harness.get_by_label_contains("compare A:");
    let text = format!("{:?}", egui_kittest::kittest::NodeT::accesskit_node(&line).label());
    assert!(text.contains(&parts) && text.contains(&format!("−{more}")), "{text}");
}

#[test]
fn a_comparison_leaves_as_csv_with_a_line_for_each_network() {
    let (talk, mut harness) = at(Stage::Finished);
    pin(&mut harness, &talk, &[0.3, 0.8]);
    harness.state_mut().as_mut().unwrap().show_alone("architecture");
    harness.run_steps(3);
    harness.get_by_label("compare").click();
    harness.run_steps(3);
    let text = saved(&mut harness, &talk, "Numbers as CSV");
    let lines: Vec<Vec<&str>> = text.lines().map(|line| line.split(',').collect()).collect();
    let [header, a, b] = lines.as_slice() else { panic!("{text}") };
    assert_eq!(header[5], "parts unlike A");
    assert_eq!((a[0], a[3], a[5], b[0], b[3]), ("A", "0.7500", "0", "B", "0.7600"));
    assert!(b[5].parse::<usize>().unwrap() > 0, "{text}");
    assert!(lines.iter().all(|line| line.len() == header.len()), "{text}");
}

#[test]
fn how_far_a_measurement_is_shows_until_it_is_done() {
    let (talk, mut harness) = at(Stage::Finished);
    harness.run_steps(30);
    let architecture = app(&harness).studio().network.clone().unwrap().architecture;
    let known = |harness: &Harness<'_, Option<App>>| app(harness).studio().accuracy(&architecture);
    assert_eq!(known(&harness), Accuracy::Measuring(0.0));
    let of = |done| Report::Measuring { architecture: architecture.clone(), done, of: 12 };
    // One that nobody waits for any more says nothing.
    let other = Architecture::uniform(6, &[3, 3]).unwrap();
    let stale = Report::Measuring { architecture: other, done: 1, of: 12 };
    talk.borrow_mut().reports = vec![of(9), stale];
    harness.run_steps(2);
    assert_eq!(known(&harness), Accuracy::Measuring(0.75));
    let accuracy = Ok(0.5);
    let measured = Report::Measured { architecture: architecture.clone(), accuracy };
    talk.borrow_mut().reports = vec![measured, of(10)];
    harness.run_steps(2);
    assert_eq!(known(&harness), Accuracy::Known(0.5));
}

#[test]
fn a_pinned_network_is_measured_when_nothing_else_waits() {
    let (talk, mut harness) = at(Stage::Finished);
    harness.get_by_label("pin").click();
    harness.run_steps(2);
    let first = pinned(&harness)[0].1.clone();
    talk.borrow_mut().reports = vec![fake::answer("tiny", 0.9)];
    harness.run_steps(30);
    let now = app(&harness).studio().network.clone().unwrap().architecture;
    let requests = asked(&talk);
    assert!(requests.contains(&Request::Measure(now.clone())), "{requests:?}");
    assert!(!requests.contains(&Request::Measure(first.clone())), "{requests:?}");
    talk.borrow_mut().reports = vec![Report::Measured { architecture: now, accuracy: Ok(0.5) }];
    harness.run_steps(30);
    assert_eq!(asked(&talk), [Request::Measure(first)]);
}

#[test]
fn pins_are_kept_with_their_run_and_come_back_with_it() {
    let (talk, mut harness) = at(Stage::Finished);
    asked(&talk);
    pin(&mut harness, &talk, &[0.3, 0.8]);
    let before = pinned(&harness);
    let mut kept = asked(&talk).into_iter().filter_map(|request| match request {
        Request::KeepPins { run, pins } => Some((run, pins)),
        _ => None,
    });
    let (run, pins) = kept.next_back().expect("pins are kept");
    assert_eq!((run, pins.len()), ("runs/fashion-small".into(), 2));
    let opened = |folder: &str| {
        let records = crate::runs::records();
        Report::Opened { folder: folder.into(), records, live: false }
    };
    talk.borrow_mut().reports = vec![opened("runs/other"), Report::PinsBefore(Vec::new())];
    harness.run_steps(2);
    assert!(pinned(&harness).is_empty());
    talk.borrow_mut().reports = vec![opened("runs/fashion-small"), Report::PinsBefore(pins)];
    harness.run_steps(2);
    assert_eq!(pinned(&harness), before);
    let sources = app(&harness).studio().pins.iter().map(|pin| pin.network.source);
    assert!(sources.into_iter().all(|source| matches!(source, Source::Generated(_))));
    harness.get_by_label("Unpin A").click();
    harness.run_steps(2);
    let keeps = |r: &Request| matches!(r, Request::KeepPins { pins, .. } if pins.len() == 1);
    assert!(asked(&talk).iter().any(keeps));
}

#[test]
fn a_pasted_architecture_comes_into_view_and_a_wrong_one_says_why() {
    let (talk, mut harness) = at(Stage::Finished);
    harness.get_by_label("JSON").click();
    harness.run_steps(2);
    let mut paste = |text: &str| {
        harness.get_by_label("Show another one").focus();
        harness.run_steps(1);
        harness.key_press_modifiers(eframe::egui::Modifiers::COMMAND, eframe::egui::Key::A);
        harness.get_by_label("Show another one").type_text(text);
        harness.run_steps(2);
        harness.get_by_label("Show it").click();
        harness.run_steps(2);
        let wrong = harness.query_by_label_contains("layers").is_some();
        let network = app(&harness).studio().network.clone().unwrap();
        (wrong, network)
    };
    let (wrong, network) = paste("[[3,5]]");
    assert!(wrong && network.source != Source::Edited);
    let (_, network) = paste("[[3,5],[7,7],[3,3],[5,5],[5,7],[7,3,3]]");
    assert_eq!(network.architecture.to_string(), "35 77 33 55 57 733");
    let measure = Request::Measure(network.architecture);
    assert!(asked(&talk).contains(&measure));
}
