//! The studio: panes over the state of a run, in a window. It sees values and asks for what it
//! wants through [`Backend`]; no engine, no file, no thread lives here.

mod action;
mod app;
pub mod backend;
mod banner;
mod commands;
mod curve;
mod dropping;
mod estimate;
mod export;
mod frame;
pub mod ground;
mod header;
mod layout;
pub mod link;
mod palette;
pub mod panes;
mod place;
mod run_bar;
mod scale;
mod series;
mod settings;
pub mod state;
mod status_line;
pub mod theme;
mod view;
mod widgets;

pub use app::App;
pub use backend::Backend;
pub use export::Format;
pub use view::{Command, View, Wish};
