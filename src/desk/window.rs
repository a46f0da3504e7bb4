//! The window on a desktop.

use std::path::{Path, PathBuf};

use eframe::egui::ViewportBuilder;
use thiserror::Error;

use super::Desk;
use super::dialog::DIALOGS;
use crate::gpu::AdapterChoice;
use crate::run::RunError;
use crate::studio::App;

/// Where runs lie, beside the place that the program was started in.
const RUNS: &str = "runs";

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
    /// No thread for the work behind it.
    #[error(transparent)]
    Run(#[from] RunError),
}

/// Opens the studio, with a run if one is named, and returns when its window is closed.
///
/// # Errors
/// Where there is no display, or the system gives no window.
pub fn open_window(run: Option<PathBuf>, adapter: &AdapterChoice) -> Result<(), WindowError> {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    if cfg!(target_os = "linux") && !set("WAYLAND_DISPLAY") && !set("DISPLAY") {
        return Err(WindowError::NoDisplay);
    }
    let desk = Desk::new(adapter.clone(), Path::new(RUNS))?.with_dialogs(DIALOGS);
    let viewport = ViewportBuilder::default()
        .with_title("SGNAS Studio")
        .with_app_id("sgnas")
        .with_inner_size([1440.0, 900.0])
        .with_min_inner_size([640.0, 480.0]);
    let options = eframe::NativeOptions { viewport, ..eframe::NativeOptions::default() };
    let make: eframe::AppCreator<'_> = Box::new(move |context| {
        Ok(Box::new(App::new(&context.egui_ctx, context.storage, Box::new(desk), run)))
    });
    eframe::run_native("sgnas", options, make).map_err(|e| WindowError::Refused(e.to_string()))
}
