//! The cloud: clicks on dots, boxes, and more random networks.

use eframe::egui::{Rect, pos2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use sgnas::protocol::facts::Origin;
use sgnas::studio::App;
use sgnas::studio::backend::{Report, Request};
use sgnas::studio::state::Source;

use crate::fake::{Stage, space};
use crate::logic::{app, asked, at};
use crate::sample::{Dice, measured};

/// Where the dots lie when the pane is alone in the window.
fn cloud(harness: &Harness<'_, Option<App>>) -> Rect {
    let window = harness.ctx.content_rect();
    Rect::from_min_max(pos2(70.0, 135.0), window.max - eframe::egui::vec2(35.0, 90.0))
}

/// Selects all dots with a box.
pub(crate) fn select_all(harness: &mut Harness<'_, Option<App>>) {
    harness.get_by_label("select").click();
    harness.run_steps(2);
    let area = cloud(harness);
    harness.drag_at(area.min);
    harness.run_steps(1);
    for step in 1..=4 {
        harness.hover_at(area.min + area.size() * (step as f32 / 4.0));
        harness.run_steps(1);
    }
    harness.drop_at(area.max);
    harness.run_steps(3);
}

fn alone<'a>() -> (crate::fake::Shared, Harness<'a, Option<App>>) {
    let (talk, mut harness) = at(Stage::Finished);
    harness.state_mut().as_mut().unwrap().show_alone("scatter");
    harness.run_steps(4);
    (talk, harness)
}

#[test]
fn a_click_on_a_dot_brings_its_network_into_view() {
    let (_talk, mut harness) = alone();
    let before = app(&harness).studio().network.clone().unwrap();
    let area = cloud(&harness);
    let mut places = (0..20).flat_map(|y| (0..30).map(move |x| (x as f32 / 30.0, y as f32 / 20.0)));
    let found = places.find_map(|(x, y)| {
        let at = area.min + eframe::egui::vec2(x * area.width(), y * area.height());
        harness.hover_at(at);
        harness.drag_at(at);
        harness.run_steps(1);
        harness.drop_at(at);
        harness.run_steps(1);
        let network = app(&harness).studio().network.clone().unwrap();
        (network.architecture != before.architecture).then_some(network)
    });
    let found = found.expect("some dot lies under one of 600 places");
    let run = app(&harness).studio().run.as_ref().unwrap();
    let told = run.state.evaluated.iter().find(|one| one.architecture == found.architecture);
    let told = told.expect("it was measured");
    assert_eq!(told.macs, found.cost.macs);
    let generated = matches!(found.source, Source::Generated(_));
    assert_eq!(generated, told.kind == Origin::Generated);
}

#[test]
fn a_box_over_the_cloud_lists_what_it_holds_and_a_click_there_shows_it() {
    let (_talk, mut harness) = alone();
    select_all(&mut harness);
    let all = app(&harness).studio().run.as_ref().unwrap().state.evaluated.clone();
    assert!(harness.query_by_label(&format!("{} selected", all.len())).is_some());
    // The best stands first.
    let best = all.iter().max_by(|a, b| a.accuracy.total_cmp(&b.accuracy)).unwrap();
    let accuracy = sgnas::protocol::quantity::percent(best.accuracy);
    let macs = sgnas::protocol::quantity::short(best.macs);
    harness.get_by_label_contains(&format!(": {accuracy}, {macs} MACs")).click();
    harness.run_steps(2);
    let shown = app(&harness).studio().network.clone().unwrap();
    assert_eq!(shown.architecture, best.architecture);
    harness.state_mut().as_mut().unwrap().show_alone("scatter");
    harness.run_steps(3);
    harness.get_by_label("clear").click();
    harness.run_steps(2);
    assert!(harness.query_by_label_contains("selected").is_none());
}

#[test]
fn a_lasso_lists_what_its_line_goes_around() {
    let (_talk, mut harness) = alone();
    harness.get_by_label("select").click();
    harness.run_steps(2);
    harness.get_by_label("lasso").click();
    harness.run_steps(2);
    // Around the left half of the cloud, then around all of it.
    let area = cloud(&harness);
    let mut around = |share: f32| {
        let right = area.left() + share * area.width();
        let corners = [
            area.left_top(),
            pos2(right, area.top()),
            pos2(right, area.bottom()),
            area.left_bottom(),
        ];
        harness.drag_at(corners[0]);
        harness.run_steps(1);
        for at in corners {
            harness.hover_at(at);
            harness.run_steps(1);
        }
        harness.drop_at(corners[3]);
        harness.run_steps(3);
        let all = 1..=app(&harness).studio().run.as_ref().unwrap().state.evaluated.len();
        let selected = |n: &usize| harness.query_by_label(&format!("{n} selected")).is_some();
        all.rev().find(selected).unwrap_or(0)
    };
    let (half, all) = (around(0.5), around(1.0));
    assert_eq!(all, 158);
    assert!(half > 10 && half < 148, "{half} of {all}");
}

#[test]
fn more_random_networks_are_asked_for_once_and_join_the_cloud() {
    let (talk, mut harness) = alone();
    asked(&talk);
    harness.get_by_label("+100 random").click();
    harness.run_steps(2);
    assert!(asked(&talk).contains(&Request::Draw { first: 0, count: 100 }));
    assert!(harness.query_by_label("+100 random").is_none());
    let mut dice = Dice::new(3);
    let mut drawn = |left| {
        let architecture = dice.architecture(space("tiny").layers().len());
        let one = measured("tiny", Origin::Random, None, architecture, 0.7);
        Report::Drawn { left, measured: Ok(one) }
    };
    let before = app(&harness).studio().points(sgnas::space::Metric::Macs).count();
    talk.borrow_mut().reports = vec![drawn(99), drawn(98)];
    harness.run_steps(2);
    let studio = app(&harness).studio();
    assert_eq!(studio.points(sgnas::space::Metric::Macs).count(), before + 2);
    harness.get_by_label("stop, 98 left").click();
    harness.run_steps(2);
    assert!(asked(&talk).contains(&Request::Draw { first: 0, count: 0 }));
    // What was under way still comes, and starts nothing anew.
    talk.borrow_mut().reports = vec![drawn(97)];
    harness.run_steps(2);
    harness.get_by_label("+100 random").click();
    harness.run_steps(2);
    assert!(asked(&talk).contains(&Request::Draw { first: 3, count: 100 }));
}

#[test]
fn a_series_that_is_hidden_stays_hidden_when_it_grows() {
    let (talk, mut harness) = alone();
    harness.get_by_label("random (150)").click();
    harness.run_steps(2);
    let architecture = Dice::new(3).architecture(space("tiny").layers().len());
    let one = measured("tiny", Origin::Random, None, architecture, 0.7);
    talk.borrow_mut().reports = vec![Report::Drawn { left: 0, measured: Ok(one) }];
    harness.run_steps(2);
    select_all(&mut harness);
    assert!(harness.query_by_label("8 selected").is_some(), "the generated ones alone");
}
