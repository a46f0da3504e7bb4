//! The tour: its steps point at live panes, and its switches set the next run.

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use sgnas::protocol::Config;
use sgnas::studio::App;
use sgnas::studio::backend::Request;

use crate::fake::{Shared, Stage};
use crate::logic::{app, asked, at};

/// The studio with the tour open, as its menu opens it.
pub(crate) fn open<'a>(stage: Stage) -> (Shared, Harness<'a, Option<App>>) {
    let (talk, mut harness) = at(stage);
    show(&mut harness);
    asked(&talk);
    (talk, harness)
}

pub(crate) fn show(harness: &mut Harness<'_, Option<App>>) {
    harness.get_by_label("Panes, layout, theme").click();
    harness.run_steps(2);
    harness.get_by_label_contains("Show Explain").click();
    harness.run_steps(4);
}

fn go_to(harness: &mut Harness<'_, Option<App>>, step: usize) {
    harness.get_by_label_contains(&format!("step {step}:")).click();
    harness.run_steps(2);
}

#[test]
fn the_tour_has_seven_steps_and_each_points_at_a_pane_that_it_opens() {
    let (_talk, mut harness) = open(Stage::Finished);
    let panes = [
        "Training",
        "Architecture",
        "Training",
        "Training",
        "Generator accuracy",
        "Generator accuracy",
        "Accuracy against cost",
    ];
    for (i, title) in panes.iter().enumerate() {
        assert!(harness.query_by_label(&format!("step {} of 7", i + 1)).is_some());
        harness.get_by_label(&format!("Show it in {title}")).click();
        harness.run_steps(4);
        // Only the pane in front has controls.
        let own = match *title {
            "Training" => "supernet",
            "Architecture" => "JSON",
            "Accuracy against cost" => "+100 random",
            _ => "Generator accuracy",
        };
        assert!(harness.query_all_by_label(own).next().is_some(), "{title} is not in front");
        if i < 6 {
            harness.get_by_label("Next").click();
            harness.run_steps(2);
        }
    }
    assert!(harness.query_by_label_contains("step 7:").is_some());
}

#[test]
fn each_step_of_the_tour_has_a_switch_that_sets_the_next_run() {
    let (talk, mut harness) = open(Stage::Finished);
    let names = [
        "softened labels",
        "two parts that always stay",
        "forced sampling",
        "shadow batch norms",
        "a steeper loss above the budget",
        "the prior",
        "a budget that is kept",
    ];
    for (step, name) in (1..).zip(names) {
        go_to(&mut harness, step);
        harness.get_by_label(&format!("{name} in the next run")).click();
        harness.run_steps(2);
    }
    // A switch that is thrown twice is as it was.
    go_to(&mut harness, 4);
    harness.get_by_label("shadow batch norms in the next run").click();
    harness.run_steps(2);
    go_to(&mut harness, 6);
    harness.get_by_label("Start such a run …").click();
    harness.run_steps(3);
    harness.get_by_label("Start the search").click();
    harness.run_steps(2);
    let requests = asked(&talk);
    let config = requests.iter().find_map(|request| match request {
        Request::Start(config) => Some(config),
        _ => None,
    });
    let config = config.expect("a start");
    assert!(!config.supernet.forced_sampling && config.supernet.shadow_bn);
    assert_eq!(config.generator.prior_pool, 0);
    let mut without = Config::preset("tiny").unwrap();
    for (key, value) in [
        ("supernet.label_smoothing", "0"),
        ("generator.mask", "official"),
        ("supernet.forced_sampling", "false"),
        ("generator.hardware_loss", "square"),
        ("generator.prior_pool", "0"),
        ("evaluate.decode", "argmax"),
    ] {
        without.set(key, value).unwrap();
    }
    assert_eq!(**config, without);
}

#[test]
fn the_tour_says_what_the_run_in_view_was_started_with() {
    let (_talk, mut harness) = open(Stage::Finished);
    go_to(&mut harness, 3);
    assert!(app(&harness).studio().run.is_some());
    assert!(harness.query_by_label("This run has been started with it.").is_some());
}
