//! The settings: edited before a start, changed live where they may be, and carried to a new run.

use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use sgnas::protocol::{Command, Config};
use sgnas::studio::App;
use sgnas::studio::backend::Request;

use crate::fake::{Shared, Stage};
use crate::logic::{asked, at};
use crate::sample::CHANGED;

/// Replaces what stands in a field.
fn fill(harness: &mut Harness<'_, Option<App>>, field: &str, text: &str) {
    harness.get_by_label(field).focus();
    harness.run_steps(2);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
    harness.run_steps(2);
    harness.get_by_label(field).type_text(text);
    harness.run_steps(2);
}

fn pane<'a>(stage: Stage) -> (Shared, Harness<'a, Option<App>>) {
    let (talk, mut harness) = at(stage);
    harness.state_mut().as_mut().unwrap().show_alone("settings");
    harness.run_steps(3);
    asked(&talk);
    (talk, harness)
}

#[test]
fn settings_are_edited_before_a_start_and_a_wrong_one_is_told_at_its_field() {
    let (talk, mut harness) = at(Stage::Nothing);
    asked(&talk);
    harness.get_by_label("All settings").click();
    harness.run_steps(12);
    assert!(harness.query_by_label("all as in the preset").is_some());
    fill(&mut harness, "supernet.lr", "fast");
    let wrong = "`supernet.lr` = \"fast\": expected a number (allowed: above 0, at most 10)";
    assert!(harness.query_by_label(wrong).is_some());
    harness.get_by_label("Start the search").click();
    harness.run_steps(2);
    assert_eq!(asked(&talk), []);
    assert_eq!(harness.query_all_by_label(wrong).count(), 2, "at the field and at the button");

    fill(&mut harness, "supernet.lr", "0.02");
    fill(&mut harness, "supernet.epochs", "3");
    assert!(
        harness.query_by_label(wrong).is_none() || harness.query_all_by_label(wrong).count() == 1
    );
    assert!(harness.query_by_label("2 differ from the preset").is_some());
    harness.get_by_label("supernet.nesterov").click_accesskit();
    harness.run_steps(2);
    harness.get_by_label("Start the search").click();
    harness.run_steps(2);
    let mut expected = Config::preset("tiny").unwrap();
    for (key, value) in
        [("supernet.lr", "0.02"), ("supernet.epochs", "3"), ("supernet.nesterov", "true")]
    {
        expected.set(key, value).unwrap();
    }
    assert_eq!(asked(&talk), [Request::Start(Box::new(expected))]);
}

#[test]
fn a_run_under_way_takes_live_settings_alone() {
    let (talk, mut harness) = pane(Stage::Running);
    let disabled = |harness: &Harness<'_, Option<App>>, field: &str| {
        harness.get_by_label(field).accesskit_node().is_disabled()
    };
    assert!(disabled(&harness, "supernet.lr"));
    assert!(!disabled(&harness, "evaluate.random"));
    fill(&mut harness, "evaluate.random", "many");
    harness.key_press(Key::Enter);
    harness.run_steps(2);
    assert_eq!(asked(&talk), [], "a wrong value stays here");
    fill(&mut harness, "evaluate.random", "25");
    harness.key_press(Key::Enter);
    harness.run_steps(2);
    let (key, value) = ("evaluate.random".to_owned(), "25".to_owned());
    assert_eq!(asked(&talk), [Request::Command(Command::Set { key, value })]);
}

#[test]
fn a_finished_run_shows_what_differs_and_hands_its_settings_to_a_new_one() {
    let (talk, mut harness) = pane(Stage::Finished);
    assert!(harness.get_by_label("evaluate.random").accesskit_node().is_disabled());
    let switch = format!("{} differ from the preset", CHANGED.len());
    harness.get_by_label(&switch).click();
    harness.run_steps(3);
    let fields = harness.query_all_by_role(Role::TextInput).count();
    assert_eq!(fields, CHANGED.len() + 1, "those that differ, and the search");

    harness.get_by_label("new run from these").click();
    harness.run_steps(3);
    harness.get_by_label("Start the search").click();
    harness.run_steps(2);
    let requests = asked(&talk);
    let Some(Request::Start(config)) = requests.iter().find(|r| matches!(r, Request::Start(_)))
    else {
        panic!("{requests:?}")
    };
    for (key, value) in CHANGED {
        assert_eq!(config.get(key).unwrap().to_string(), value);
    }
}
