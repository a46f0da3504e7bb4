//! The studio over the real engine: its frames while a search computes at full speed on the same
//! processor, and its own statistic of the time from a move of the slider to the new drawing.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use eframe::egui::accesskit::Role;
use eframe::egui::{
    Context, Event as Input, FullOutput, Modifiers, PointerButton, Pos2, RawInput, Rect, pos2, vec2,
};
use egui_kittest::TestRenderer;
use sgnas::desk::Desk;
use sgnas::gpu::AdapterChoice;
use sgnas::platform::thread::spawn_behind_from_now_on;
use sgnas::protocol::config::Config;
use sgnas::studio::backend::Request;
use sgnas::studio::state::{Generator, Studio};
use sgnas::studio::{App, Backend};

use crate::print;
use crate::screen::{Device, Screen};

/// Frames that are timed.
const FRAMES: usize = 300;
/// A display's time for a frame.
const TICK: Duration = Duration::from_micros(16_667);
/// Moves of the slider.
const MOVES: usize = 100;

/// A window of 1440 x 900 points over a desk.
struct Window {
    ctx: Context,
    app: App,
    screen: Screen,
    start: Instant,
    output: FullOutput,
    /// Whether a frame is wanted now: where none is, a window draws none.
    wanted: Arc<AtomicBool>,
}

impl Window {
    fn open(desk: Desk, screen: Screen) -> Self {
        let ctx = Context::default();
        ctx.enable_accesskit();
        let wanted: Arc<AtomicBool> = Arc::default();
        let flag = wanted.clone();
        ctx.set_request_repaint_callback(move |info| {
            flag.fetch_or(info.delay.is_zero(), Ordering::Relaxed);
        });
        let app = App::new(&ctx, None, Box::new(desk), None);
        let output = FullOutput::default();
        Self { ctx, app, screen, start: Instant::now(), output, wanted }
    }

    fn studio(&self) -> &Studio {
        self.app.studio()
    }

    /// Draws a frame; the milliseconds of taking in, drawing and tessellating.
    fn frame(&mut self, events: Vec<Input>) -> f64 {
        let screen_rect = Some(Rect::from_min_size(Pos2::ZERO, vec2(1440.0, 900.0)));
        let time = Some(self.start.elapsed().as_secs_f64());
        let input = RawInput { screen_rect, time, events, ..RawInput::default() };
        let watch = Instant::now();
        let app = &mut self.app;
        self.output = self.ctx.run_ui(input, |ui| {
            app.advance(&ui.ctx().clone());
            app.draw(ui);
        });
        let shapes = self.ctx.tessellate(self.output.shapes.clone(), 1.0);
        std::hint::black_box(shapes.len());
        let time = watch.elapsed().as_secs_f64() * 1e3;
        self.screen.handle_delta(&mut self.output.textures_delta);
        time
    }

    /// Paints the newest frame and waits until it is painted.
    fn paint(&self) {
        std::hint::black_box(self.screen.paint(&self.ctx, &self.output).width());
    }

    /// Times frames, painted ones or as they are before that, and prints it.
    fn measure(&mut self, what: &str, painted: bool) {
        let mut times = Vec::with_capacity(FRAMES);
        for _ in 0..FRAMES {
            let watch = Instant::now();
            let mut time = self.frame(Vec::new());
            if painted {
                self.paint();
                time = watch.elapsed().as_secs_f64() * 1e3;
            }
            times.push(time);
            std::thread::sleep(TICK.saturating_sub(watch.elapsed()));
        }
        print(what, times);
    }

    fn until(&mut self, done: impl Fn(&Studio) -> bool) {
        while !done(self.studio()) {
            if let Some(trouble) = &self.studio().trouble {
                panic!("{trouble}");
            }
            self.frame(Vec::new());
            std::thread::sleep(TICK);
        }
    }

    /// The uppermost slider.
    fn slider(&self) -> Rect {
        let update = self.output.platform_output.accesskit_update.as_ref().expect("a tree");
        let sliders = update.nodes.iter().filter(|(_, node)| node.role() == Role::Slider);
        let top = sliders
            .filter_map(|(_, node)| node.bounds())
            .min_by(|a, b| a.y0.total_cmp(&b.y0))
            .expect("a slider");
        Rect::from_min_max(pos2(top.x0 as f32, top.y0 as f32), pos2(top.x1 as f32, top.y1 as f32))
    }
}

/// Times frames while a search of the preset `tiny` trains at full speed.
pub(crate) fn training(home: &Path) {
    let Some(device) = Device::open() else {
        println!("no adapter: nothing is measured");
        return;
    };
    // As a window begins.
    spawn_behind_from_now_on();
    let mut desk = Desk::new(AdapterChoice::Best, &home.join("live")).unwrap();
    desk.ask(Request::Start(Box::new(Config::preset("tiny").unwrap())));
    let mut window = Window::open(desk, device.screen());
    window
        .until(|studio| studio.run.as_ref().is_some_and(|run| run.state.supernet_steps.len() > 5));
    println!("the studio beside a search of `tiny` at full speed, 1440 x 900");
    window.measure("a frame", false);
    window.measure("a frame, painted", true);
    let steps = |studio: &Studio| studio.run.as_ref().map_or(0, |r| r.state.supernet_steps.len());
    println!("{} events of steps by then", steps(window.studio()));
    // What of that is the painting's own: closed and opened again, nothing trains.
    drop(window);
    let mut desk = Desk::new(AdapterChoice::Best, &home.join("live")).unwrap();
    desk.ask(Request::Open(home.join("live").join("tiny-1")));
    let mut window = Window::open(desk, device.screen());
    window.until(|studio| studio.run.is_some());
    window.measure("a frame, painted, with nothing beside it", true);
}

/// The studio's own statistic of the slider, over the run that a desk has in this folder.
pub(crate) fn moves(preset: &str, runs: &Path) {
    let Some(device) = Device::open() else { return };
    let mut desk = Desk::new(AdapterChoice::Best, runs).unwrap();
    desk.ask(Request::Open(runs.join(format!("{preset}-1"))));
    let mut window = Window::open(desk, device.screen());
    window.until(|studio| studio.generator == Generator::Ready && studio.answer.is_some());
    // Beyond the accuracies that are measured while the slider rests.
    window.until(|studio| studio.measuring.is_none() && !studio.measured.is_empty());
    let rail = window.slider();
    let at = |i: usize| {
        let share = 0.1 + 0.8 * (i as f32 / MOVES as f32);
        pos2(rail.left() + share * rail.width(), rail.center().y)
    };
    let (button, modifiers) = (PointerButton::Primary, Modifiers::NONE);
    let press = Input::PointerButton { pos: at(0), button, pressed: true, modifiers };
    window.frame(vec![Input::PointerMoved(at(0))]);
    window.frame(vec![Input::PointerMoved(at(0)), press]);
    for i in 0..MOVES {
        window.frame(vec![Input::PointerMoved(at(i))]);
        let answered =
            |studio: &Studio| studio.answer.as_ref().is_some_and(|a| a.budget == studio.budget);
        while !answered(window.studio()) {
            if window.wanted.swap(false, Ordering::Relaxed) {
                window.frame(Vec::new());
            }
            std::thread::sleep(Duration::from_micros(200));
        }
    }
    let times = window.studio().answer_times.iter().copied().collect();
    print("from a move to the end of its frame, as the studio tells", times);
}
