//! The window on a desktop, opened anew where its graphics device is lost.

use std::any::Any;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use eframe::egui::{Context, Ui, ViewportBuilder, ViewportCommand, Visuals};
use eframe::egui_wgpu::RenderState;
use eframe::egui_wgpu::wgpu::PollType;
use thiserror::Error;

use super::Desk;
use super::dialog::DIALOGS;
use super::system_theme;
use crate::gpu::AdapterChoice;
use crate::platform::clock::Stopwatch;
use crate::platform::thread::spawn_behind_from_now_on;
use crate::run::RunError;
use crate::studio::App;

/// Where runs lie, beside the place that the program was started in.
const RUNS: &str = "runs";
/// A device that is lost again so soon will be lost once more, seconds.
const SOON: f64 = 20.0;
/// What the new window says.
const LOST: &str = "the window's graphics device was lost; the window was opened anew, and a run that was under way goes on from where it was saved";

/// Why there is no window.
#[derive(Debug, Error)]
pub enum WindowError {
    /// No display to open one on.
    #[error(
        "there is no display: neither WAYLAND_DISPLAY nor DISPLAY is set; `sgnas search` runs without one, and `sgnas --help` lists the other commands"
    )]
    NoDisplay,
    /// The system refused it.
    #[error("cannot open a window: {0}; `sgnas search` runs without one")]
    Refused(String),
    /// Opening it anew is no help.
    #[error(
        "the window's graphics device was lost twice within {SOON} seconds; runs are saved: open the studio again once that has passed, or go on with `sgnas search --resume`"
    )]
    Lost,
    /// In the midst of a frame, and no other process opens one.
    #[error(
        "the window's graphics device was lost while it painted, and the studio could not be opened anew: {0}; runs are saved: open it again"
    )]
    LostInFrame(std::io::Error),
    /// No thread for the work behind it.
    #[error(transparent)]
    Run(#[from] RunError),
}

/// What the window is opened for.
#[derive(Debug)]
pub enum Opened {
    /// To look at a run, if one is named.
    For(Option<PathBuf>),
    /// In the place of one whose device was lost, to go on with the run that was under way.
    After(Option<PathBuf>),
}

/// Opens the studio and returns when its window is closed. Where its device was lost in the midst of
/// a frame, after which the system opens no other window for this program, what another process is to
/// open.
///
/// # Errors
/// Where there is no display, the system gives no window, or its device is lost again and again.
pub fn open_window(opened: Opened, adapter: &AdapterChoice) -> Result<Option<Opened>, WindowError> {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    if cfg!(target_os = "linux") && !set("WAYLAND_DISPLAY") && !set("DISPLAY") {
        return Err(WindowError::NoDisplay);
    }
    spawn_behind_from_now_on();
    let mut next = opened;
    loop {
        let watch = Stopwatch::start();
        let again = matches!(next, Opened::After(_));
        let end = show(next, adapter)?;
        if again && watch.seconds() < SOON && !matches!(end, End::Closed) {
            return Err(WindowError::Lost);
        }
        next = match end {
            End::Closed => return Ok(None),
            End::Lost(run) => Opened::After(run),
            End::LostInFrame(run) => return Ok(Some(Opened::After(run))),
        };
    }
}

/// How a window ended; where its device was lost, with the run that was under way.
#[derive(Debug, PartialEq)]
enum End {
    Closed,
    Lost(Option<PathBuf>),
    LostInFrame(Option<PathBuf>),
}

/// One window, until it ends. All work behind it has been saved and has ended by then.
fn show(opened: Opened, adapter: &AdapterChoice) -> Result<End, WindowError> {
    let desk = Desk::new(adapter.clone(), Path::new(RUNS))?.with_dialogs(DIALOGS);
    let viewport = ViewportBuilder::default()
        .with_title("SGNAS Studio")
        .with_app_id("sgnas")
        .with_inner_size([1440.0, 900.0])
        .with_min_inner_size([640.0, 480.0]);
    let options = eframe::NativeOptions { viewport, ..eframe::NativeOptions::default() };
    let kept = Rc::new(Kept::default());
    let of_window = kept.clone();
    let make: eframe::AppCreator<'_> = Box::new(move |context| {
        let app = |open| App::new(&context.egui_ctx, context.storage, Box::new(desk), open);
        let app = match opened {
            Opened::For(run) => app(run),
            Opened::After(run) => app(None).resuming(run, LOST),
        };
        system_theme::ask(&context.egui_ctx);
        if let Some(state) = &context.wgpu_render_state {
            of_window.watch(state, &context.egui_ctx);
        }
        Ok(Box::new(Window { app, kept: of_window }))
    });
    let shown = catch_unwind(AssertUnwindSafe(|| eframe::run_native("sgnas", options, make)));
    let (lost, run) = (kept.is_lost(), kept.run.take());
    match unless_it_panicked(shown, lost) {
        None => Ok(End::LostInFrame(run)),
        Some(Err(error)) => Err(WindowError::Refused(error.to_string())),
        Some(Ok(())) if lost => Ok(End::Lost(run)),
        Some(Ok(())) => Ok(End::Closed),
    }
}

/// What draws for egui panics where the device goes while it paints: then there is nothing. Any other
/// panic goes on.
fn unless_it_panicked<T>(shown: Result<T, Box<dyn Any + Send>>, lost: bool) -> Option<T> {
    shown.map_err(|panic| if lost { panic } else { resume_unwind(panic) }).ok()
}

/// What outlives a window.
#[derive(Default)]
struct Kept {
    /// What it draws with.
    state: RefCell<Option<RenderState>>,
    lost: Arc<AtomicBool>,
    /// The run that is under way.
    run: RefCell<Option<PathBuf>>,
}

impl Kept {
    fn watch(&self, state: &RenderState, ctx: &Context) {
        let (lost, waker) = (self.lost.clone(), ctx.clone());
        state.device.set_device_lost_callback(move |_, _| {
            lost.store(true, Ordering::Release);
            waker.request_repaint();
        });
        *self.state.borrow_mut() = Some(state.clone());
    }

    /// Whether the device was lost; it tells while it is asked for its work.
    fn is_lost(&self) -> bool {
        if let Some(state) = &*self.state.borrow() {
            // An error here is a loss, too, which the device tells by itself.
            let _ = state.device.poll(PollType::Poll);
        }
        self.lost.load(Ordering::Acquire)
    }
}

/// The app, in a window that closes once its device is lost: nothing can be drawn in it any more.
struct Window {
    app: App,
    kept: Rc<Kept>,
}

impl eframe::App for Window {
    fn clear_color(&self, visuals: &Visuals) -> [f32; 4] {
        self.app.clear_color(visuals)
    }

    fn logic(&mut self, ctx: &Context, frame: &mut eframe::Frame) {
        self.app.logic(ctx, frame);
        system_theme::follow(ctx);
        let run = self.app.studio().run.as_ref().filter(|run| run.live.under_way());
        *self.kept.run.borrow_mut() = run.map(|run| run.folder.clone());
    }

    fn ui(&mut self, ui: &mut Ui, frame: &mut eframe::Frame) {
        // Right before it draws: what draws for egui panics where its device is gone.
        if self.kept.is_lost() {
            ui.ctx().send_viewport_cmd(ViewportCommand::Close);
        } else {
            self.app.ui(ui, frame);
        }
    }

    fn save(&mut self, storage: &mut dyn eframe::Storage) {
        self.app.save(storage);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_while_the_device_is_lost_is_the_loss_and_any_other_goes_on() {
        let panicked = || catch_unwind(|| -> () { panic!("on purpose") });
        assert_eq!(unless_it_panicked(panicked(), true), None);
        assert!(catch_unwind(|| unless_it_panicked(panicked(), false)).is_err());
        assert_eq!(unless_it_panicked(Ok(3), true), Some(3));
    }
}
