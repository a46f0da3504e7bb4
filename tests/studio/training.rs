//! The pane "Training": its axes and what of its choices the next session finds.

use std::collections::BTreeMap;

use eframe::egui::accesskit::Role;
use eframe::egui::{self, Context, Key, Modifiers, Theme, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use sgnas::protocol::Event;
use sgnas::studio::App;
use sgnas::studio::backend::{Report, Request};

use crate::fake::{self, Fake, Shared, Stage, drawn_by};
use crate::logic::{Blind, asked, at};
use crate::whole::Kept;

/// What an entry of the menu that saves gives, of the pane that is alone in the window.
pub(crate) fn saved(harness: &mut Harness<'_, Option<App>>, talk: &Shared, entry: &str) -> String {
    asked(talk);
    harness.get_by_label("Save what this pane shows").click();
    harness.run_steps(2);
    harness.get_by_label(entry).click();
    harness.run_steps(2);
    let saved = asked(talk).into_iter().find_map(|request| match request {
        Request::Save { bytes, .. } => Some(String::from_utf8(bytes).unwrap()),
        _ => None,
    });
    saved.expect("a file")
}

fn csv(harness: &mut Harness<'_, Option<App>>, talk: &Shared) -> String {
    saved(harness, talk, "Numbers as CSV")
}

fn choose(harness: &mut Harness<'_, Option<App>>, menu: &str, entry: &str) {
    harness.get_by_label(menu).click();
    harness.run_steps(2);
    harness.get_by_label(entry).click();
    harness.run_steps(3);
}

/// The first value of a series on the x axis, and the last.
fn ends(table: &str, series: &str) -> (f64, f64) {
    let mut all = table.lines().filter_map(|line| {
        let mut fields = line.split(',');
        (fields.next() == Some(series)).then(|| fields.next().unwrap().parse::<f64>().unwrap())
    });
    let first = all.next().unwrap();
    (first, all.next_back().unwrap())
}

#[test]
fn curves_lie_over_epochs_steps_or_time_and_the_next_session_finds_the_choice() {
    let (talk, mut harness) = at(Stage::Finished);
    harness.state_mut().as_mut().unwrap().show_alone("training");
    harness.run_steps(4);
    let table = csv(&mut harness, &talk);
    assert!(table.starts_with("series,epoch,value\n"), "{table:.40}");
    let (_, epochs) = ends(&table, "loss");
    assert_eq!(ends(&table, "smallest"), (1.0, epochs));
    assert!(table.contains("\nlearning rate,"));

    choose(&mut harness, "x: epochs", "over steps");
    let table = csv(&mut harness, &talk);
    assert!(table.starts_with("series,step,value\n"), "{table:.40}");
    let (first, steps) = ends(&table, "loss");
    assert_eq!((first, steps.fract()), (1.0, 0.0));
    assert_eq!(ends(&table, "smallest"), (steps / epochs, steps));

    choose(&mut harness, "x: steps", "over time");
    let table = csv(&mut harness, &talk);
    assert!(table.starts_with("series,time_s,value\n"), "{table:.40}");
    let (first, last) = ends(&table, "loss");
    assert!(first == 0.0 && last > 160.0 && last < 168.4, "{first} to {last} s");
    assert!(ends(&table, "smallest").1 <= last);

    choose(&mut harness, "x: time", "log x");
    let mut kept = Kept::default();
    eframe::App::save(harness.state_mut().as_mut().unwrap(), &mut kept);
    let again = talk.clone();
    let app = move |ctx: &Context| App::new(ctx, Some(&kept), Box::new(Fake(again.clone())), None);
    let mut harness = drawn_by([1440.0, 900.0], Theme::Dark, Blind, app);
    talk.borrow_mut().reports = fake::reports(Stage::Finished, "tiny");
    harness.run_steps(4);
    harness.state_mut().as_mut().unwrap().show_alone("training");
    harness.run_steps(4);
    let table = csv(&mut harness, &talk);
    assert!(table.starts_with("series,time_s,value\n"), "{table:.40}");
    let mut kept = Kept::default();
    eframe::App::save(harness.state_mut().as_mut().unwrap(), &mut kept);
    let panes: BTreeMap<String, String> = eframe::get_value(&kept, "panes").unwrap();
    assert_eq!(panes["training"], "0.6 linear time log");
}

#[test]
fn a_journal_without_times_shows_epochs_in_their_place() {
    let (talk, mut harness) = at(Stage::Nothing);
    let mut reports = fake::reports(Stage::Finished, "tiny");
    fake::forget_times(&mut reports);
    talk.borrow_mut().reports = reports;
    harness.run_steps(4);
    harness.state_mut().as_mut().unwrap().show_alone("training");
    harness.run_steps(4);
    choose(&mut harness, "x: epochs", "over time");
    assert!(csv(&mut harness, &talk).starts_with("series,epoch,value\n"));
}

#[test]
fn one_cursor_tells_the_values_of_all_plots_with_their_units() {
    let (_talk, mut harness) = at(Stage::Finished);
    harness.state_mut().as_mut().unwrap().show_alone("training");
    harness.run_steps(4);
    let window = harness.ctx.content_rect();
    harness.hover_at(window.lerp_inside(vec2(0.6, 0.25)));
    harness.run_steps(40);
    let node = harness.get_by_label_contains("held-out: ");
    let node = node.accesskit_node();
    let told = node.value().or(node.label()).unwrap();
    let lines: Vec<&str> = told.lines().collect();
    assert!(lines[0].starts_with("epoch "), "{told}");
    for (name, end) in [
        ("loss: ", ")"),
        ("held-out: ", ""),
        ("batches: ", " %)"),
        ("random paths: ", " %"),
        ("learning rate: ", ""),
    ] {
        let says = |line: &&str| line.starts_with(name) && line.ends_with(end);
        assert!(lines.iter().any(says), "{name}: {told}");
    }
}

#[test]
fn the_held_out_loss_is_there_where_the_journal_has_it() {
    let (talk, mut harness) = at(Stage::Finished);
    harness.state_mut().as_mut().unwrap().show_alone("training");
    harness.run_steps(4);
    let table = csv(&mut harness, &talk);
    assert_eq!(ends(&table, "held-out"), ends(&table, "random paths"));
    let mut reports = fake::reports(Stage::Finished, "tiny");
    for report in &mut reports {
        let Report::Opened { records, .. } = report else { continue };
        for record in records {
            if let Event::SupernetEpoch(epoch) = &mut record.event {
                epoch.loss = None;
            }
        }
    }
    talk.borrow_mut().reports = reports;
    harness.run_steps(4);
    assert!(!csv(&mut harness, &talk).contains("held-out"));
}

#[test]
fn the_learning_rate_comes_into_view_alone() {
    let (_talk, mut harness) = at(Stage::Finished);
    // The pane of the first layout is too low for a third plot.
    assert!(harness.query_by_label("learning rate").is_none());
    choose(&mut harness, "supernet", "learning rate alone");
    assert!(harness.query_by_label("learning rate").is_some());
    assert!(harness.query_by_label("smallest").is_none());
}

/// How many curves the pane draws, from its drawing.
fn curves(harness: &mut Harness<'_, Option<App>>, talk: &Shared) -> usize {
    // Whatever else is drawn with corners has few.
    let long = |line: &&str| line.starts_with("<polyline") && line.matches(' ').count() > 15;
    saved(harness, talk, "Drawing as SVG").lines().filter(long).count()
}

#[test]
fn the_legend_hides_a_curve_and_smoothing_lays_one_over_the_raw_values() {
    let (talk, mut harness) = at(Stage::Finished);
    harness.state_mut().as_mut().unwrap().show_alone("training");
    harness.run_steps(4);
    let all = curves(&mut harness, &talk);
    // The loss on batches and its mean.
    harness.get_by_label("loss").click();
    harness.run_steps(3);
    assert_eq!(curves(&mut harness, &talk), all - 2);
    harness.get_by_label("loss").click();
    harness.run_steps(3);
    assert_eq!(curves(&mut harness, &talk), all);

    harness.get_by_label("smoothing 0.60").click();
    harness.run_steps(2);
    let entry = harness.get_all_by_role(Role::SpinButton).next().expect("an entry of the slider");
    entry.focus();
    harness.run_steps(2);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
    harness.run_steps(2);
    harness.event(egui::Event::Text("0".to_owned()));
    harness.run_steps(2);
    harness.key_press(Key::Enter);
    harness.run_steps(3);
    assert!(harness.query_by_label("smoothing 0.00").is_some());
    // Losses and accuracies on batches are noisy: the raw values alone remain of each.
    assert_eq!(curves(&mut harness, &talk), all - 2);
}

#[test]
fn a_logarithmic_axis_has_the_early_steps_where_a_linear_one_has_later_ones() {
    let (_talk, mut harness) = at(Stage::Finished);
    harness.state_mut().as_mut().unwrap().show_alone("training");
    harness.run_steps(4);
    let middle = harness.ctx.content_rect().lerp_inside(vec2(0.5, 0.25));
    let told = |harness: &mut Harness<'_, Option<App>>| {
        harness.hover_at(middle);
        harness.run_steps(40);
        let node = harness.get_by_label_contains("held-out: ");
        let node = node.accesskit_node();
        let told = node.value().or(node.label()).unwrap();
        let epoch = told.lines().next().unwrap().trim_start_matches("epoch ").to_owned();
        epoch.parse::<f64>().unwrap()
    };
    let linear = told(&mut harness);
    choose(&mut harness, "x: epochs", "log x");
    let log = told(&mut harness);
    assert!(log < 0.5 * linear, "{log} where {linear} was");
}
