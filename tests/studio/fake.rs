//! A backend of values: it notes what is asked and hands out what a test puts in. And the app over
//! it, at several stages of a run.

use std::cell::RefCell;
use std::path::PathBuf;
use std::rc::Rc;

use eframe::egui::{Context, Theme, UiBuilder};
use egui_kittest::Harness;
use sgnas::protocol::Event;
use sgnas::protocol::facts::Phase;
use sgnas::protocol::journal::Record;
use sgnas::space::{Budget, Metric, OPS, SKIP, SUB_BLOCKS, Space};
use sgnas::studio::backend::{Adapter, Answer, Report, Request, RunEntry, Standing, Wake};
use sgnas::studio::{App, Backend};

use crate::sample::{self, Dice};

/// What went in and out.
#[derive(Default)]
pub(crate) struct Talk {
    pub(crate) asked: Vec<Request>,
    pub(crate) reports: Vec<Report>,
}

/// [`Talk`], seen by the app and by the test.
pub(crate) type Shared = Rc<RefCell<Talk>>;

/// The adapter of the made-up machine.
pub(crate) const ADAPTER: &str = "llvmpipe (LLVM 15.0.6, 256 bits)";

pub(crate) struct Fake(pub(crate) Rc<RefCell<Talk>>);

impl Backend for Fake {
    fn connect(&mut self, _: Wake) {}

    fn ask(&mut self, request: Request) {
        self.0.borrow_mut().asked.push(request);
    }

    fn reports(&mut self) -> Vec<Report> {
        std::mem::take(&mut self.0.borrow_mut().reports)
    }
}

/// A stage of a run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Stage {
    /// No run: the start page.
    Nothing,
    /// A run that has only begun.
    Empty,
    /// In the middle of the supernet's training.
    Running,
    /// Complete, with an answer in view.
    Finished,
}

pub(crate) const STAGES: [Stage; 4] =
    [Stage::Nothing, Stage::Empty, Stage::Running, Stage::Finished];

/// The space that the made-up runs search.
pub(crate) fn space(preset: &str) -> Space {
    Space::preset(preset).unwrap()
}

/// The reports that bring the studio to a stage.
pub(crate) fn reports(stage: Stage, preset: &str) -> Vec<Report> {
    let adapter = |name: &str, kind: &str| Adapter {
        name: name.to_owned(),
        kind: kind.to_owned(),
        backend: "vulkan".to_owned(),
    };
    let mut reports = vec![
        Report::Adapters(vec![adapter(ADAPTER, "software")]),
        Report::Runs(vec![
            entry("first", Standing::Finished, Some(0.867)),
            entry("a-run-with-a-rather-long-name-2", Standing::Stopped, None),
        ]),
    ];
    let events = sample::events(preset);
    let count = match stage {
        Stage::Nothing => return reports,
        Stage::Empty => 2,
        Stage::Running => {
            let end = |e: &Event| matches!(e, Event::PhaseEnded { phase: Phase::Supernet, .. });
            events.iter().position(end).unwrap() * 6 / 10
        }
        Stage::Finished => events.len(),
    };
    let mut records: Vec<Record> = Vec::new();
    for (i, event) in events[..count].iter().enumerate() {
        records.push(Record::new(event.clone(), 1_790_000_000_000 + 100 * i as u64));
    }
    let folder = PathBuf::from("runs/fashion-small");
    let live = stage != Stage::Finished;
    reports.push(Report::Opened { folder, records, live });
    if stage == Stage::Finished {
        reports.push(Report::Generator(Ok(())));
        // For the budget that a run begins with.
        let (low, high) = space(preset).cost_range();
        let (from, to) = space(preset).constraint_range(Metric::Macs);
        let middle = 0.5 * (from + to);
        reports.push(answer(preset, (middle - low.macs as f64) / (high.macs - low.macs) as f64));
    }
    reports
}

/// As a program before times were told would have written the journal.
pub(crate) fn forget_times(reports: &mut [Report]) {
    for report in reports {
        let Report::Opened { records, .. } = report else { continue };
        for record in records {
            match &mut record.event {
                Event::SupernetStep(step) => step.seconds = None,
                Event::GeneratorStep(step) => step.seconds = None,
                _ => {}
            }
        }
    }
}

fn entry(name: &str, standing: Standing, best: Option<f64>) -> RunEntry {
    let (folder, preset) = (PathBuf::from("runs").join(name), "tiny".to_owned());
    let tau = best.map(|_| 0.979);
    RunEntry { folder, preset, seed: 7, standing, best, tau, touched: 1_790_000_000_000 }
}

/// An answer for a budget at a share of the range.
pub(crate) fn answer(preset: &str, share: f64) -> Report {
    let space = space(preset);
    let (low, high) = space.cost_range();
    let budget = low.macs + (share * (high.macs - low.macs) as f64) as u64;
    let mut dice = Dice::new(11 + (share * 1e6) as u64);
    let layers = space.layers().len();
    let drawn = std::iter::repeat_with(|| dice.architecture(layers)).take(400);
    let fits = drawn.filter_map(|architecture| {
        let cost = space.cost(&architecture, false).unwrap();
        (cost.macs <= budget).then_some((cost.macs, architecture))
    });
    let (_, architecture) = fits.max_by_key(|(macs, _)| *macs).unwrap();
    let path = architecture.to_path();
    let mut probabilities = Vec::new();
    for (i, chosen) in path.chunks_exact(OPS).enumerate() {
        let free = (i % SUB_BLOCKS) < 2;
        let mut shares: Vec<f32> =
            chosen.iter().map(|&one| one + 0.6 * dice.roll() as f32).collect();
        if free {
            shares[SKIP] = 0.0;
        }
        let sum: f32 = shares.iter().sum();
        probabilities.extend(shares.iter().map(|share| share / sum));
    }
    let budget = Budget { macs: Some(budget), ..Budget::default() };
    Report::Answered(Answer { budget, architecture, probabilities, milliseconds: 4.2 })
}

/// The app over a fake, drawn by a harness.
pub(crate) fn harness<'a>(
    talk: &Rc<RefCell<Talk>>,
    size: [f32; 2],
    theme: Theme,
    renderer: impl egui_kittest::TestRenderer + 'static,
) -> Harness<'a, Option<App>> {
    let talk = talk.clone();
    let app = move |ctx: &Context| App::new(ctx, None, Box::new(Fake(talk.clone())), None);
    drawn_by(size, theme, renderer, app)
}

/// An app drawn by a harness.
pub(crate) fn drawn_by<'a>(
    size: [f32; 2],
    theme: Theme,
    renderer: impl egui_kittest::TestRenderer + 'static,
    make: impl FnMut(&Context) -> App + 'a,
) -> Harness<'a, Option<App>> {
    drawn_at((size, 1.0), theme, renderer, make)
}

/// The same in a window of `size` points, each of `scale` pixels.
pub(crate) fn drawn_at<'a>(
    (size, scale): ([f32; 2], f32),
    theme: Theme,
    renderer: impl egui_kittest::TestRenderer + 'static,
    mut make: impl FnMut(&Context) -> App + 'a,
) -> Harness<'a, Option<App>> {
    let mut harness = Harness::builder()
        .with_size(size)
        .with_pixels_per_point(scale)
        .with_theme(theme)
        .with_step_dt(1.0 / 30.0)
        .with_max_steps(24)
        .renderer(renderer)
        .build_ui_state(
            move |ui, app: &mut Option<App>| {
                let ctx = ui.ctx().clone();
                let app = app.get_or_insert_with(|| make(&ctx));
                app.advance(&ctx);
                // As in a window: without the margin that the harness leaves.
                let window = UiBuilder::new().max_rect(ctx.content_rect());
                ui.scope_builder(window, |ui| {
                    ui.set_clip_rect(ctx.content_rect());
                    app.draw(ui);
                });
            },
            None,
        );
    harness.run_steps(3);
    harness
}
