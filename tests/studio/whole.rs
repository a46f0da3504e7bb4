//! A whole run in the real studio over the real engine, by clicks and keys: start a search, watch
//! it to its end, drag the budget, pin, pick in the cloud, export, start again, close in
//! mid-training, open anew, continue.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers, Pos2, Rect, Theme, pos2, vec2};
use egui_kittest::kittest::{NodeT, Queryable};
use egui_kittest::{Harness, Node, TestRenderer};
use sgnas::desk::Desk;
use sgnas::gpu::AdapterChoice;
use sgnas::protocol::facts::Phase;
use sgnas::protocol::quantity::short;
use sgnas::space::MIN_FILL_PERCENT;
use sgnas::studio::App;
use sgnas::studio::state::{Generator, Live, OpenRun, Studio};

use crate::common;
use crate::fake::drawn_by;
use crate::logic::{Blind, app};

/// Nothing here takes so long, however slow the adapter is.
const PATIENCE: Duration = Duration::from_secs(900);

/// What eframe keeps on disk between two sessions.
#[derive(Default)]
pub(crate) struct Kept(BTreeMap<String, String>);

impl eframe::Storage for Kept {
    fn get_string(&self, key: &str) -> Option<String> {
        self.0.get(key).cloned()
    }

    fn set_string(&mut self, key: &str, value: String) {
        self.0.insert(key.to_owned(), value);
    }

    fn remove_string(&mut self, key: &str) {
        self.0.remove(key);
    }

    fn flush(&mut self) {}
}

pub(crate) type Window<'a> = Harness<'a, Option<App>>;

/// The program's window, with what an earlier session kept.
fn open<'a>(runs: &Path, kept: Kept) -> Window<'a> {
    drawn(runs, kept, Theme::Dark, Blind)
}

/// As [`open`], drawn in a theme.
pub(crate) fn drawn<'a>(
    runs: &Path,
    kept: Kept,
    theme: Theme,
    renderer: impl TestRenderer + 'static,
) -> Window<'a> {
    let runs = runs.to_owned();
    drawn_by([1440.0, 900.0], theme, renderer, move |ctx| {
        let desk = Desk::new(AdapterChoice::Best, &runs).unwrap();
        App::new(ctx, Some(&kept), Box::new(desk), None)
    })
}

/// Closes the window as eframe does: what is to be kept is handed over, then all is dropped.
fn close(mut window: Window<'_>) -> Kept {
    let mut kept = Kept::default();
    let mut app = window.state_mut().take().unwrap();
    eframe::App::save(&mut app, &mut kept);
    drop(app);
    kept
}

pub(crate) fn studio<'h>(window: &'h Window<'_>) -> &'h Studio {
    app(window).studio()
}

pub(crate) fn run<'h>(window: &'h Window<'_>) -> &'h OpenRun {
    studio(window).run.as_ref().expect("an open run")
}

/// Draws frames until `done` holds.
pub(crate) fn until(window: &mut Window<'_>, what: &str, done: impl Fn(&Window<'_>) -> bool) {
    let start = Instant::now();
    while !done(window) {
        assert!(start.elapsed() < PATIENCE, "waited too long: {what}");
        if let Some(trouble) = &studio(window).trouble {
            panic!("while waiting ({what}): {trouble}");
        }
        window.run_steps(1);
        // The engine needs the processor more than this loop does.
        std::thread::sleep(Duration::from_millis(5));
    }
    window.run_steps(2);
}

pub(crate) fn click(window: &mut Window<'_>, label: &str) {
    window.get_by_label(label).click();
    window.run_steps(3);
}

/// Replaces what stands in a field.
fn fill(window: &mut Window<'_>, field: &str, text: &str) {
    let entry = |window: &Window<'_>, what: &dyn Fn(&Node<'_>)| {
        // A group of settings may have the name of a field.
        let mut named = window.get_all_by_label(field);
        what(&named.find(|node| node.accesskit_node().role() == Role::TextInput).expect(field));
    };
    entry(window, &|node| node.focus());
    window.run_steps(2);
    window.key_press_modifiers(Modifiers::COMMAND, Key::A);
    window.run_steps(2);
    entry(window, &|node| node.type_text(text));
    window.run_steps(2);
}

/// Starts a search of the preset `tiny` from the start page with these settings, given as
/// `KEY=VALUE`.
fn start(window: &mut Window<'_>, data: &Path, settings: &[&str]) {
    click(window, "preset tiny");
    fill(window, "Images", &data.display().to_string());
    if window.query_by_label("supernet.epochs").is_none() {
        click(window, "All settings");
        window.run_steps(12);
    }
    for setting in settings {
        let (key, value) = setting.split_once('=').unwrap();
        fill(window, key, value);
    }
    click(window, "Start the search");
    until(window, "the first step", |window| {
        let run = studio(window).run.as_ref();
        run.is_some_and(|run| !run.state.supernet_steps.is_empty())
    });
}

pub(crate) fn slider(window: &Window<'_>) -> Rect {
    let named = window.get_all_by_label("MACs at most");
    let mut sliders = named.filter(|node| node.accesskit_node().role() == Role::Slider);
    sliders.next_back().expect("a slider for MACs").rect()
}

/// Drags the slider over its whole range; at each stop the network that is drawn keeps the budget,
/// and its MACs stand in the card. The MACs at the stops.
fn drag(window: &mut Window<'_>) -> Vec<u64> {
    let rail = slider(window);
    let at = |share: f32| pos2(rail.left() + share * rail.width(), rail.center().y);
    window.hover_at(at(0.0));
    window.run_steps(1);
    window.drag_at(at(0.0));
    let mut seen = Vec::new();
    for stop in 0..=10 {
        window.hover_at(at(stop as f32 / 10.0));
        window.run_steps(2);
        until(window, "an answer to the slider", |window| {
            let studio = studio(window);
            studio.answer.as_ref().is_some_and(|answer| answer.budget == studio.budget)
        });
        let studio = studio(window);
        let (network, budget) = (studio.network.as_ref().unwrap(), studio.budget.macs.unwrap());
        let macs = network.cost.macs;
        assert!(macs <= budget && macs * 100 >= budget * MIN_FILL_PERCENT, "{macs} for {budget}");
        let card = format!("MACs: {},", short(macs));
        assert!(window.query_by_label_contains(&card).is_some(), "no card says {card}");
        seen.push(macs);
    }
    window.drop_at(at(1.0));
    window.run_steps(2);
    seen
}

/// Brings the slider to a share of its range and waits for the answer.
pub(crate) fn aim(window: &mut Window<'_>, share: f32) {
    let rail = slider(window);
    let at = pos2(rail.left() + share * rail.width(), rail.center().y);
    window.hover_at(at);
    window.drag_at(at);
    window.run_steps(2);
    window.drop_at(at);
    window.run_steps(2);
    until(window, "the answer", |window| {
        let studio = studio(window);
        studio.answer.as_ref().is_some_and(|answer| answer.budget == studio.budget)
    });
}

/// Brings the slider to a share of its range and pins the answer.
pub(crate) fn pin(window: &mut Window<'_>, share: f32) {
    aim(window, share);
    click(window, "pin");
}

/// Clicks places of the scatter, first far apart, then between, until a dot under one of them comes
/// into view.
fn pick(window: &mut Window<'_>) {
    let before = studio(window).network.clone().unwrap().architecture;
    let pane = window.get_by_label_contains("networks, accuracy against").rect();
    let places = |step: f32| {
        let columns = (pane.width() / step) as usize;
        let rows = (pane.height() / step) as usize;
        (0..rows * columns).map(move |i| {
            pane.min + step * vec2((i % columns) as f32 + 0.5, (i / columns) as f32 + 0.5)
        })
    };
    // No dot is farther than its reach from one of the last ones.
    let all: Vec<Pos2> = [48.0, 24.0, 12.0].into_iter().flat_map(places).collect();
    for at in all {
        window.hover_at(at);
        window.drag_at(at);
        window.run_steps(1);
        window.drop_at(at);
        window.run_steps(1);
        if studio(window).network.as_ref().unwrap().architecture != before {
            return;
        }
    }
    panic!("no click in the cloud brought another network into view");
}

fn finished(window: &Window<'_>) -> bool {
    run(window).live == Live::Finished
}

#[test]
fn a_search_is_started_watched_asked_exported_closed_and_continued() {
    let home = tempfile::tempdir().unwrap();
    let (data, runs) = (home.path().join("data"), home.path().join("runs"));
    common::small_images(&data, 240);
    let mut window = open(&runs, Kept::default());
    until(&mut window, "the adapters and the runs", |window| {
        studio(window).runs.is_some() && !studio(window).adapters.is_empty()
    });

    start(&mut window, &data, &common::SHORT);
    until(&mut window, "the end of the run", finished);
    until(&mut window, "the generator", |window| studio(window).generator == Generator::Ready);
    let phases = [Phase::Supernet, Phase::Generator, Phase::Evaluate];
    let ended = |phase: Phase| run(&window).state.phase(phase).and_then(|one| one.seconds);
    assert!(phases.into_iter().all(|phase| ended(phase).is_some()));

    let seen = drag(&mut window);
    assert!(seen.is_sorted(), "{seen:?}");
    assert!(seen[10] > seen[0] + (seen[0] / 2), "{seen:?}");
    until(&mut window, "the accuracy at rest", |window| {
        let studio = studio(window);
        let shown = &studio.network.as_ref().unwrap().architecture;
        studio.measured.get(shown).is_some_and(Result::is_ok)
    });

    pin(&mut window, 0.25);
    pin(&mut window, 0.75);
    let pinned: Vec<u64> = studio(&window).pins.iter().map(|pin| pin.network.cost.macs).collect();
    assert!(pinned.len() == 2 && pinned[0] < pinned[1], "{pinned:?}");

    window.key_press_modifiers(Modifiers::COMMAND, Key::Num2);
    window.run_steps(4);
    pick(&mut window);

    window.get_all_by_label("Save what this pane shows").next().unwrap().click();
    window.run_steps(2);
    click(&mut window, "Numbers as CSV");
    until(&mut window, "the exported file", |window| studio(window).saved.is_some());
    let file = studio(&window).saved.clone().unwrap();
    assert!(file.starts_with(runs.join("tiny-1").join("exports")), "{}", file.display());
    assert!(std::fs::read_to_string(&file).unwrap().lines().count() > 1);

    // Again, longer; closed in mid-training.
    window.key_press_modifiers(Modifiers::COMMAND, Key::N);
    window.run_steps(4);
    start(&mut window, &data, &["supernet.epochs=40"]);
    until(&mut window, "some steps", |window| run(window).state.supernet_steps.len() > 10);
    let folder: PathBuf = run(&window).folder.clone();
    assert!(folder.ends_with("tiny-2"));
    assert!(!finished(&window), "it must be closed in mid-training");
    let kept = close(window);

    let mut window = open(&runs, kept);
    until(&mut window, "the runs", |window| studio(window).runs.is_some());
    click(&mut window, "Continue tiny-2");
    until(&mut window, "the run", |window| studio(window).run.is_some());
    let before = run(&window).state.supernet_steps.len();
    assert!(before > 0, "what was done before the close is there");
    assert_eq!(run(&window).live, Live::Running);
    until(&mut window, "the end of the continued run", finished);
    let state = &run(&window).state;
    assert_eq!(run(&window).folder, folder);
    let epochs: Vec<u64> = state.supernet_epochs.iter().map(|epoch| epoch.epoch).collect();
    assert_eq!(epochs, (0..40).collect::<Vec<u64>>(), "epochs are missing, or came twice");
    let steps = state.supernet_steps.iter().map(|step| step.step);
    assert!(steps.is_sorted_by(|a, b| a < b));
    assert!(state.evaluated.len() > 4);

    // What was pinned in the first run is pinned there still.
    window.key_press_modifiers(Modifiers::COMMAND, Key::N);
    window.run_steps(4);
    window.get_by_label_contains("run tiny-1:").click();
    until(&mut window, "the first run", |window| run(window).folder == runs.join("tiny-1"));
    let again: Vec<u64> = studio(&window).pins.iter().map(|pin| pin.network.cost.macs).collect();
    assert_eq!(again, pinned);
}
