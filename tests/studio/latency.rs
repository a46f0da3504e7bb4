//! The latency of the network in view, measured on request.

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use sgnas::protocol::facts::Latency;
use sgnas::studio::App;
use sgnas::studio::backend::{Report, Request};

use crate::fake::{Shared, Stage};
use crate::logic::{app, asked, at};

/// The card before.
const ASKS: &str = "Latency here: –, click to measure";

/// Has the network in view timed, and answers.
pub(crate) fn timed(harness: &mut Harness<'_, Option<App>>, talk: &Shared) {
    asked(talk);
    harness.get_by_label(ASKS).click();
    harness.run_steps(2);
    let network = app(harness).studio().network.clone().unwrap();
    let wanted = Request::Time(network.architecture.clone());
    assert!(asked(talk).contains(&wanted));
    let architecture = network.architecture;
    let latency = Ok(Latency { low: 1.62, median: 1.84, high: 2.41, passes: 201 });
    talk.borrow_mut().reports = vec![Report::Timed { architecture, latency }];
    harness.run_steps(2);
}

#[test]
fn a_network_is_timed_on_request_and_another_one_is_not_taken_for_it() {
    let (talk, mut harness) = at(Stage::Finished);
    assert!(harness.query_by_label(ASKS).is_some());
    timed(&mut harness, &talk);
    assert!(harness.query_by_label("Latency here: 1.84 ms, 1.62 to 2.41 ms").is_some());

    talk.borrow_mut().reports = vec![crate::fake::answer("tiny", 0.9)];
    harness.run_steps(2);
    assert!(harness.query_by_label(ASKS).is_some());
    harness.get_by_label(ASKS).click();
    harness.run_steps(2);
    assert!(harness.query_by_label("Latency here: –, timing …").is_some());
    let architecture = app(&harness).studio().network.clone().unwrap().architecture;
    let latency = Err("the device was lost".to_owned());
    talk.borrow_mut().reports = vec![Report::Timed { architecture, latency }];
    harness.run_steps(2);
    assert!(harness.query_by_label("Latency here: –, the device was lost").is_some());
}
