//! Pure values that the search and its faces exchange: configuration, commands, events, journal
//! records, results and the state folded from events. No GPU, no clock, no file: the same in a
//! thread, a worker, a file and a test.

pub mod command;
pub mod comparison;
pub mod config;
pub mod event;
pub mod facts;
pub mod journal;
pub mod pace;
pub mod progress;
pub mod quantity;
pub mod result;
pub mod sentence;
pub mod state;
pub mod statistics;

pub use command::Command;
pub use config::Config;
pub use event::Event;
pub use state::RunState;
