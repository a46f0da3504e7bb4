//! What the studio asks for and what it does with the answers, through the accessibility tree.

use std::cell::RefCell;
use std::rc::Rc;

use eframe::egui::{Key, Modifiers, TexturesDelta, Theme};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use sgnas::protocol::facts::Memory;
use sgnas::protocol::journal::Record;
use sgnas::protocol::{Command, Event};
use sgnas::studio::App;
use sgnas::studio::backend::{Report, Request};
use sgnas::studio::state::{Live, Source};

use crate::fake::{self, Shared, Stage, Talk};

/// Draws nothing.
pub(crate) struct Blind;

impl egui_kittest::TestRenderer for Blind {
    fn handle_delta(&mut self, delta: &mut TexturesDelta) {
        delta.clear();
    }
}

pub(crate) fn at<'a>(stage: Stage) -> (Shared, Harness<'a, Option<App>>) {
    let talk = Rc::new(RefCell::new(Talk::default()));
    let mut harness = fake::harness(&talk, [1440.0, 900.0], Theme::Dark, Blind);
    talk.borrow_mut().reports = fake::reports(stage, "tiny");
    harness.run_steps(4);
    (talk, harness)
}

/// As [`at`], once the accuracy of the network in view has been asked for.
pub(crate) fn rested<'a>(stage: Stage) -> (Shared, Harness<'a, Option<App>>) {
    let (talk, mut harness) = at(stage);
    harness.run_steps(30);
    asked(&talk);
    (talk, harness)
}

pub(crate) fn app<'h>(harness: &'h Harness<'_, Option<App>>) -> &'h App {
    harness.state().as_ref().unwrap()
}

pub(crate) fn asked(talk: &Shared) -> Vec<Request> {
    std::mem::take(&mut talk.borrow_mut().asked)
}

#[test]
fn the_start_page_starts_the_chosen_preset() {
    let (talk, mut harness) = at(Stage::Nothing);
    asked(&talk);
    harness.get_by_label("preset small").click();
    harness.run_steps(2);
    harness.get_by_label("Start the search").click();
    harness.run_steps(2);
    let requests = asked(&talk);
    let Some(Request::Start(config)) = requests.first() else { panic!("{requests:?}") };
    assert_eq!(config.general.preset, "small");
    assert_eq!(config.general.seed, 42);
    assert_eq!(config.general.data, "fashion-mnist-12k");
}

#[test]
fn the_bar_starts_what_the_start_page_shows_and_offers_a_new_run_after_a_finished_one() {
    let (talk, mut harness) = at(Stage::Nothing);
    harness.get_by_label("preset small").click();
    harness.run_steps(2);
    asked(&talk);
    harness.get_by_label("Start").click();
    harness.run_steps(2);
    let requests = asked(&talk);
    let Some(Request::Start(config)) = requests.first() else { panic!("{requests:?}") };
    assert_eq!(config.general.preset, "small");

    let (talk, mut harness) = at(Stage::Finished);
    assert!(harness.query_by_label("Start").is_none());
    asked(&talk);
    harness.get_by_label("New run").click();
    harness.run_steps(3);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Enter);
    harness.run_steps(2);
    assert!(asked(&talk).iter().any(|request| matches!(request, Request::Start(_))));
}

#[test]
fn a_run_that_was_left_in_the_middle_is_offered_before_anything_else() {
    let (talk, mut harness) = at(Stage::Nothing);
    assert!(harness.query_by_label("Go on where the last run was left").is_none());
    let Report::Runs(mut runs) = fake::reports(Stage::Nothing, "tiny").remove(1) else {
        panic!("no runs")
    };
    runs.reverse();
    talk.borrow_mut().reports = vec![Report::Runs(runs)];
    harness.run_steps(3);
    let offer = harness.get_by_label("Go on where the last run was left").rect();
    assert!(offer.bottom() < harness.get_by_label("preset tiny").rect().top());
    asked(&talk);
    harness.get_by_label("Continue a-run-with-a-rather-long-name-2").click();
    harness.run_steps(2);
    let left = "runs/a-run-with-a-rather-long-name-2".into();
    assert!(asked(&talk).contains(&Request::Resume(left)));
}

#[test]
fn the_line_at_the_bottom_tells_what_is_in_use_of_how_much_memory() {
    let (talk, mut harness) = at(Stage::Running);
    assert!(harness.query_by_label_contains("900 images/s · 212 of 7,936 MiB").is_some());
    // Where the driver does not tell how much there is.
    let largest_buffer = 2_048 << 20;
    let memory = Memory { held: 300 << 20, peak: 1, largest_buffer, cap: None };
    talk.borrow_mut().reports = vec![Report::Events(vec![Record::new(Event::Memory(memory), 1)])];
    harness.run_steps(2);
    assert!(harness.query_by_label_contains("300 MiB, a buffer at most 2,048 MiB").is_some());
}

#[test]
fn a_listed_run_opens_by_a_click() {
    let (talk, mut harness) = at(Stage::Nothing);
    asked(&talk);
    harness.get_by_label_contains("run first:").click();
    harness.run_steps(2);
    assert_eq!(asked(&talk), [Request::Open("runs/first".into())]);
}

#[test]
fn pause_step_resume_and_stop_are_passed_on() {
    let (talk, mut harness) = at(Stage::Running);
    asked(&talk);
    let mut press = |label: &str| {
        harness.get_by_label(label).click();
        harness.run_steps(2);
        (asked(&talk), app(&harness).studio().run.as_ref().unwrap().live)
    };
    let command = |command| vec![Request::Command(command)];
    assert_eq!(press("Hold after this step (Space)"), (command(Command::Pause), Live::Paused));
    assert_eq!(press("One step, then hold again"), (command(Command::Step), Live::Paused));
    assert_eq!(press("Go on (Space)"), (command(Command::Resume), Live::Running));
    let stopping = (command(Command::Stop), Live::Stopping);
    assert_eq!(press("Stop: save and end; the run can be resumed"), stopping);
}

#[test]
fn a_generator_that_is_ready_is_asked_at_once_and_its_answer_comes_into_view() {
    let (talk, mut harness) = at(Stage::Running);
    assert!(app(&harness).studio().network.is_none());
    asked(&talk);
    talk.borrow_mut().reports = vec![Report::Generator(Ok(()))];
    harness.run_steps(2);
    let requests = asked(&talk);
    let Some(Request::Answer(budget)) = requests.first() else { panic!("{requests:?}") };
    assert_eq!(*budget, app(&harness).studio().budget);
    talk.borrow_mut().reports = vec![fake::answer("tiny", 0.4)];
    harness.run_steps(2);
    let network = app(&harness).studio().network.clone().unwrap();
    assert!(matches!(network.source, Source::Generated(_)));
    // When the slider rests, its accuracy is asked for, once.
    harness.run_steps(30);
    let requests = asked(&talk);
    let measured = |r: &&Request| matches!(r, Request::Measure(a) if *a == network.architecture);
    assert_eq!(requests.iter().filter(measured).count(), 1, "{requests:?}");
}

#[test]
fn a_move_of_the_slider_asks_for_an_answer() {
    let (talk, mut harness) = at(Stage::Finished);
    asked(&talk);
    let before = app(&harness).studio().budget;
    let slider = harness
        .get_all_by_label("MACs at most")
        .find(|node| node.accesskit_node().role() == eframe::egui::accesskit::Role::Slider)
        .expect("a slider for MACs");
    slider.focus();
    harness.run_steps(2);
    for _ in 0..3 {
        harness.key_press(eframe::egui::Key::ArrowRight);
        harness.run_steps(2);
    }
    let after = app(&harness).studio().budget;
    assert!(after.macs > before.macs, "{before:?} {after:?}");
    assert!(asked(&talk).contains(&Request::Answer(after)));
}

#[test]
fn a_trouble_stays_until_it_is_put_away() {
    let (talk, mut harness) = at(Stage::Running);
    let what = "the disk is full: free some space, then resume";
    talk.borrow_mut().reports = vec![Report::Ended(Err(what.to_owned()))];
    harness.run_steps(3);
    assert!(harness.query_by_label(what).is_some());
    assert_eq!(app(&harness).studio().run.as_ref().unwrap().live, Live::Stored);
    harness.get_by_label("Dismiss").click();
    harness.run_steps(3);
    assert!(harness.query_by_label(what).is_none());
}

#[test]
fn a_run_whose_window_was_lost_goes_on_and_the_reason_is_told_once_it_is_open() {
    let talk = Rc::new(RefCell::new(Talk::default()));
    let app_talk = talk.clone();
    let run = std::path::PathBuf::from("runs/fashion-small");
    let of_run = run.clone();
    let make = move |ctx: &eframe::egui::Context| {
        let app = App::new(ctx, None, Box::new(fake::Fake(app_talk.clone())), None);
        app.resuming(Some(of_run.clone()), "the device was lost")
    };
    let mut harness = fake::drawn_by([1440.0, 900.0], Theme::Dark, Blind, make);
    harness.run_steps(2);
    assert!(asked(&talk).contains(&Request::Resume(run)));
    assert_eq!(app(&harness).studio().trouble, None);
    talk.borrow_mut().reports = fake::reports(Stage::Running, "tiny");
    harness.run_steps(4);
    assert!(app(&harness).studio().run.as_ref().is_some_and(|run| run.live.under_way()));
    assert!(harness.query_by_label("the device was lost").is_some());
}
