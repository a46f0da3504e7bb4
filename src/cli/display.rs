//! Where the events of a run go: bars on a terminal, now and then a line elsewhere, or every
//! record as a line of JSON for machines.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressStyle};

use super::error::CliError;
use super::output;
use crate::platform::clock::Stopwatch;
use crate::protocol::journal::Record;
use crate::protocol::progress::Progress;
use crate::protocol::sentence::sentence;

/// Seconds between lines of progress in a log.
pub(super) const EVERY: f64 = 15.0;

/// Shows the events of a run.
pub(super) struct Display {
    form: Form,
    progress: Progress,
    clock: Stopwatch,
    last_line: f64,
}

enum Form {
    /// Records on standard output.
    Json,
    /// Sentences and a bar on standard error.
    Bar(ProgressBar),
    /// Sentences alone.
    Lines,
}

impl Display {
    /// For machines where `json`, else for whatever standard error is.
    pub(super) fn new(json: bool) -> Self {
        let form = match (json, std::io::stderr().is_terminal()) {
            (true, _) => Form::Json,
            (false, true) => Form::Bar(ProgressBar::no_length().with_style(style())),
            (false, false) => Form::Lines,
        };
        Self { form, progress: Progress::default(), clock: Stopwatch::start(), last_line: 0.0 }
    }

    /// Shows an event.
    pub(super) fn show(&mut self, record: &Record) -> Result<(), CliError> {
        if matches!(self.form, Form::Json) {
            return output::print(&record.to_line()?);
        }
        let now = self.clock.seconds();
        self.progress.apply(&record.event, now);
        let sentence = sentence(&record.event);
        match &self.form {
            Form::Bar(bar) => {
                if let Some(sentence) = sentence {
                    bar.suspend(|| output::note(&sentence));
                }
                let (done, total) = self.progress.steps();
                // A bar of no length would be full before the first phase.
                bar.set_length(total.max(done).max(1));
                bar.set_position(done);
                bar.set_prefix(self.progress.phase().map_or("", |phase| phase.label()));
                bar.set_message(self.progress.figures(now));
            }
            _ => match (sentence, self.progress.line(now)) {
                (Some(sentence), _) => output::note(&sentence),
                (None, Some(line)) if now - self.last_line >= EVERY => {
                    self.last_line = now;
                    output::note(&line);
                }
                _ => {}
            },
        }
        Ok(())
    }

    /// Takes the bar off the screen.
    pub(super) fn end(&self) {
        if let Form::Bar(bar) = &self.form {
            bar.finish_and_clear();
        }
    }
}

fn style() -> ProgressStyle {
    ProgressStyle::with_template("{prefix} [{bar:24}] {percent:>3} %  {msg}")
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("=> ")
}
