//! What the studio's interface costs: a frame's time on the processor (taking reports in, drawing,
//! tessellating; no GPU) with 20,000 networks in the scatter and with curves of 1,000,000 points,
//! and the time from a request to the generator's answer on the engine. Then, over the real engine,
//! frames beside a search at full speed and the studio's own statistic of its slider (`live`).
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "../tests/common/mod.rs"]
mod common;
#[path = "studio/live.rs"]
mod live;
#[allow(dead_code)]
#[path = "../tests/report/sample.rs"]
mod sample;
#[allow(dead_code)]
#[path = "../tests/studio/screen.rs"]
mod screen;

use std::cell::RefCell;
use std::path::Path;
use std::rc::Rc;
use std::time::{Duration, Instant};

use eframe::egui::{Context, Event as Input, Modifiers, PointerButton, RawInput, Rect, pos2, vec2};
use sgnas::desk::Desk;
use sgnas::gpu::AdapterChoice;
use sgnas::protocol::Event;
use sgnas::protocol::config::Config;
use sgnas::protocol::facts::{Origin, Phase, SupernetStep};
use sgnas::protocol::journal::Record;
use sgnas::space::{Budget, Metric, SkipMask, Space, most_probable_within};
use sgnas::studio::backend::{Report, Request, Wake};
use sgnas::studio::{App, Backend};

const PRESET: &str = "cifar";
const DOTS: usize = 20_000;
const STEPS: u64 = 1_000_000;
/// Frames that are timed, and before them those that fill caches.
const FRAMES: usize = 150;
const FIRST: usize = 10;
/// Moves of the slider.
const MOVES: u64 = 200;

type Talk = Rc<RefCell<Vec<Report>>>;

/// Hands out what was put in, and answers nothing.
struct Still(Talk);

impl Backend for Still {
    fn connect(&mut self, _: Wake) {}

    fn ask(&mut self, _: Request) {}

    fn reports(&mut self) -> Vec<Report> {
        std::mem::take(&mut self.0.borrow_mut())
    }
}

fn step(step: u64) -> Record {
    let roll = (step.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40) as f64 / (1_u64 << 24) as f64;
    let done = step as f64 / STEPS as f64;
    let (loss, accuracy) = (0.8 + (-6.0 * done).exp() + 0.2 * roll, 0.7 * done + 0.1 * roll);
    let epoch = step / 125;
    let (lr, images_per_s, seconds) = (0.1, 900.0, Some(step as f64 * 0.1));
    let step = SupernetStep { step, epoch, loss, accuracy, lr, images_per_s, seconds };
    Record::new(Event::SupernetStep(step), 1)
}

/// A run with all the steps and all the networks.
fn large() -> Vec<Record> {
    let record = |event| Record::new(event, 1);
    let mut records = vec![
        record(Event::RunStarted(Box::new(sample::start(PRESET)))),
        record(Event::PhaseStarted { phase: Phase::Supernet }),
    ];
    records.extend((0..STEPS).map(step));
    let mut dice = sample::Dice::new(5);
    let layers = Space::preset(PRESET).unwrap().layers().len();
    records.extend((0..DOTS).map(|i| {
        let accuracy = 0.5 + 0.3 * dice.roll();
        let kind = if i % 50 == 0 { Origin::Generated } else { Origin::Random };
        let budget = (kind == Origin::Generated).then_some(i as u64);
        let one = sample::measured(PRESET, kind, budget, dice.architecture(layers), accuracy);
        record(Event::Evaluated(one))
    }));
    records
}

/// The value below which this share of the times lies.
fn quantile(times: &mut [f64], share: f64) -> f64 {
    times.sort_by(f64::total_cmp);
    times[(share * (times.len() - 1) as f64).round() as usize]
}

fn print(name: &str, mut times: Vec<f64>) {
    let (middle, slow) = (quantile(&mut times, 0.5), quantile(&mut times, 0.95));
    println!("{name:<58} median {middle:>7.2} ms   95 % under {slow:>7.2} ms");
}

struct Window {
    ctx: Context,
    app: App,
    talk: Talk,
    time: f64,
}

impl Window {
    fn open(records: Vec<Record>) -> Self {
        let (ctx, talk) = (Context::default(), Talk::default());
        let app = App::new(&ctx, None, Box::new(Still(talk.clone())), None);
        let folder = "runs/large".into();
        talk.borrow_mut().push(Report::Opened { folder, records, live: true });
        let mut window = Self { ctx, app, talk, time: 0.0 };
        window.frame(Vec::new());
        window
    }

    /// Draws a frame; its milliseconds.
    fn frame(&mut self, events: Vec<Input>) -> f64 {
        self.time += 1.0 / 60.0;
        let screen_rect = Some(Rect::from_min_size(pos2(0.0, 0.0), vec2(1920.0, 1080.0)));
        let time = Some(self.time);
        let input = RawInput { screen_rect, time, events, ..RawInput::default() };
        let watch = Instant::now();
        let app = &mut self.app;
        let mut output = self.ctx.run_ui(input, |ui| {
            app.advance(&ui.ctx().clone());
            app.draw(ui);
        });
        // Nothing is painted here.
        output.textures_delta.clear();
        let shapes = self.ctx.tessellate(output.shapes, output.pixels_per_point);
        std::hint::black_box(shapes.len());
        watch.elapsed().as_secs_f64() * 1e3
    }

    /// Times frames; `input` says what happens in each.
    fn measure(&mut self, name: &str, mut input: impl FnMut(&Talk, usize) -> Vec<Input>) {
        let mut times = Vec::with_capacity(FRAMES);
        for i in 0..FIRST + FRAMES {
            let events = input(&self.talk, i);
            let time = self.frame(events);
            if i >= FIRST {
                times.push(time);
            }
        }
        print(name, times);
    }
}

fn pointer(i: usize) -> Input {
    Input::PointerMoved(pos2(500.0 + (i % 97) as f32 * 7.0, 300.0 + (i % 31) as f32 * 11.0))
}

/// A drag to and fro, which pans a plot.
fn drag(i: usize) -> Vec<Input> {
    let to = pos2(900.0 + 40.0 * ((i as f32) * 0.2).sin(), 500.0);
    let mut events = vec![Input::PointerMoved(to)];
    if i == 1 {
        let (button, modifiers) = (PointerButton::Primary, Modifiers::NONE);
        events.push(Input::PointerButton { pos: to, button, pressed: true, modifiers });
    }
    events
}

fn interface() {
    println!("the interface, 1920 x 1080, {DOTS} networks, {STEPS} steps of two curves each");
    let mut window = Window::open(large());
    for (key, what) in [("scatter", "scatter"), ("training", "training")] {
        window.app.show_alone(key);
        window.measure(&format!("{what}, at rest"), |_, _| Vec::new());
        window.measure(&format!("{what}, pointer moves over it"), |_, i| vec![pointer(i)]);
        window.measure(&format!("{what}, dragged to and fro"), |_, i| drag(i));
        window.frame(vec![Input::PointerGone]);
    }
    let mut next = STEPS;
    window.measure("training, 10 new steps a frame", |talk, _| {
        let records = (next..next + 10).map(step).collect();
        next += 10;
        talk.borrow_mut().push(Report::Events(records));
        Vec::new()
    });
    let mut window = Window::open(large());
    window.measure("all panes of the first layout, at rest", |_, _| Vec::new());
    let mut next = STEPS;
    window.measure("all panes of the first layout, 10 new steps a frame", |talk, _| {
        let records = (next..next + 10).map(step).collect();
        next += 10;
        talk.borrow_mut().push(Report::Events(records));
        Vec::new()
    });
}

fn until(desk: &mut Desk, last: impl Fn(&Report) -> bool) -> Report {
    loop {
        for report in desk.reports() {
            if let Report::Trouble(what) | Report::Ended(Err(what)) = &report {
                panic!("{what}");
            }
            if last(&report) {
                return report;
            }
        }
        std::thread::sleep(Duration::from_micros(200));
    }
}

/// The generator of a run of a preset, trained for a moment, asked as a dragged slider asks.
fn answers(preset: &str, home: &Path) {
    let (data, runs) = (home.join("data"), home.join(preset));
    common::small_images(&data, 240);
    let mut config = Config::preset(preset).unwrap();
    config.set("data", &data.display().to_string()).unwrap();
    common::SHORT.iter().for_each(|setting| config.assign(setting).unwrap());
    for setting in ["supernet.epochs=1", "generator.epochs=1", "generator.steps=2"] {
        config.assign(setting).unwrap();
    }
    let space = config.space().unwrap();
    let (low, high) = space.cost_range();
    let mut desk = Desk::new(AdapterChoice::Best, &runs).unwrap();
    desk.ask(Request::Start(Box::new(config)));
    until(&mut desk, |report| matches!(report, Report::Ended(_)));
    // Opened anew, as tomorrow: the answers' device begins without pipelines.
    drop(desk);
    let mut desk = Desk::new(AdapterChoice::Best, &runs).unwrap();
    desk.ask(Request::Open(runs.join(format!("{preset}-1"))));
    until(&mut desk, |report| matches!(report, Report::Generator(Ok(()))));
    let (mut all, mut own) = (Vec::new(), Vec::new());
    let (mut decoding, mut both_limits) = (Vec::new(), Vec::new());
    for i in 0..MOVES {
        let macs = low.macs + (high.macs - low.macs) * (i + 1) / (MOVES + 1);
        let watch = Instant::now();
        desk.ask(Request::Answer(Budget::new(Metric::Macs, macs)));
        let report = until(&mut desk, |report| matches!(report, Report::Answered(_)));
        all.push(watch.elapsed().as_secs_f64() * 1e3);
        let Report::Answered(answer) = report else { unreachable!("an answer") };
        own.push(answer.milliseconds);
        let alpha: Vec<f32> = answer.probabilities.iter().map(|p| p.max(1e-9).ln()).collect();
        let watch = Instant::now();
        most_probable_within(&space, &alpha, SkipMask::FirstTwo, &answer.budget).unwrap();
        decoding.push(watch.elapsed().as_secs_f64() * 1e3);
        // A limit on the parameters that binds about as much.
        let params = low.params + (high.params - low.params) * (i + 1) / (MOVES + 1);
        let both = Budget { params: Some(params), ..answer.budget };
        let watch = Instant::now();
        most_probable_within(&space, &alpha, SkipMask::FirstTwo, &both).unwrap();
        both_limits.push(watch.elapsed().as_secs_f64() * 1e3);
    }
    let layers = space.layers().len();
    println!(
        "the slider, preset {preset} ({layers} layers), {MOVES} moves; first {:.2} ms",
        all[0]
    );
    print("generator's forward pass and decoding", own);
    print("decoding alone", decoding);
    print("decoding under limits on MACs and on parameters", both_limits);
    print("request to answer", all);
    drop(desk);
    live::moves(preset, &runs);
}

fn main() {
    let home = tempfile::tempdir().unwrap();
    // The first word chooses a part.
    let part = std::env::args().nth(1).filter(|word| !word.starts_with('-'));
    let wanted = |name: &str| part.as_deref().is_none_or(|part| part == name);
    if wanted("interface") {
        interface();
    }
    if wanted("training") {
        live::training(home.path());
    }
    for preset in ["tiny", PRESET].into_iter().filter(|_| wanted("slider")) {
        answers(preset, home.path());
    }
}
