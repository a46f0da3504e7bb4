//! The headers of panels: every title can be read in the smallest window that is meant for work,
//! and a tab goes by its cross.

use std::cell::RefCell;
use std::rc::Rc;

use eframe::egui::{Context, Key, Modifiers, Theme};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use sgnas::studio::App;
use sgnas::studio::panes::PANES;

use crate::fake::{self, Fake, Stage, Talk};
use crate::logic::{Blind, at};
use crate::whole::Kept;
use crate::{explain, pins};

/// The arrow that scrolls tabs which do not fit.
fn scrolls(harness: &Harness<'_, Option<App>>) -> bool {
    ["Scroll tabs right", "Scroll tabs left"]
        .iter()
        .any(|arrow| harness.query_all_by_label(arrow).next().is_some())
}

#[test]
fn no_titles_are_scrolled_away_at_1024_points_whatever_pane_is_in_front() {
    for tour in [false, true] {
        let talk = Rc::new(RefCell::new(Talk::default()));
        let mut harness = fake::harness(&talk, [1024.0, 700.0], Theme::Dark, Blind);
        talk.borrow_mut().reports = fake::reports(Stage::Finished, "tiny");
        harness.run_steps(4);
        // Two pins bring the controls that need the most room.
        pins::pin(&mut harness, &talk, &[0.45, 0.8]);
        if tour {
            explain::show(&mut harness);
        }
        for entry in PANES.iter().filter(|entry| tour || entry.key != "explain") {
            harness.get_by_label("Panes, layout, theme").click();
            harness.run_steps(2);
            harness.get_by_label_contains(&format!("Show {}", entry.title)).click();
            harness.run_steps(6);
            let tab = harness.query_all_by_label(entry.title).next();
            assert!(tab.is_some(), "{} is nowhere", entry.title);
            assert!(!scrolls(&harness), "tabs scroll with {} in front, tour {tour}", entry.title);
        }
    }
}

#[test]
fn a_tab_goes_by_its_cross_and_comes_back_by_its_command() {
    let (_talk, mut harness) = at(Stage::Finished);
    let log = |harness: &Harness<'_, Option<App>>| harness.query_all_by_label("Log").count();
    assert_eq!(log(&harness), 1);
    harness.get_by_label("Log").click();
    harness.run_steps(4);
    // A panel's front tab has the cross: the log's is that of the upper panel at the left.
    let cross = harness.get_all_by_label("Close").next().unwrap();
    cross.click();
    harness.run_steps(4);
    assert_eq!(log(&harness), 0, "the log is still there");
    harness.get_by_label("Panes, layout, theme").click();
    harness.run_steps(2);
    harness.get_by_label_contains("Show Log").click();
    harness.run_steps(4);
    assert!(harness.query_by_label("Search the log").is_some());
}

#[test]
fn the_next_session_finds_the_layout_as_it_was_left_and_a_key_restores_it() {
    let (talk, mut harness) = at(Stage::Finished);
    harness.get_by_label("Log").click();
    harness.run_steps(4);
    harness.get_all_by_label("Close").next().unwrap().click();
    harness.run_steps(4);
    let mut kept = Kept::default();
    eframe::App::save(harness.state_mut().as_mut().unwrap(), &mut kept);
    let fake = talk.clone();
    let app = move |ctx: &Context| App::new(ctx, Some(&kept), Box::new(Fake(fake.clone())), None);
    let mut harness = fake::drawn_by([1440.0, 900.0], Theme::Dark, Blind, app);
    talk.borrow_mut().reports = fake::reports(Stage::Finished, "tiny");
    harness.run_steps(4);
    assert!(harness.query_all_by_label("Training").next().is_some());
    assert_eq!(harness.query_all_by_label("Log").count(), 0, "the log came back by itself");
    harness.key_press_modifiers(Modifiers::COMMAND.plus(Modifiers::SHIFT), Key::L);
    harness.run_steps(4);
    assert_eq!(harness.query_all_by_label("Log").count(), 1);
}
