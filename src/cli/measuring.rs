//! How far a command has come that measures many networks: a bar on a terminal, now and then a line
//! elsewhere, and there nothing for machines.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressStyle};

use super::display::EVERY;
use super::output;
use crate::platform::clock::Stopwatch;
use crate::protocol::quantity::{duration, percent};

/// The networks that are measured, of those that will be.
pub(super) struct Measuring {
    bar: Option<ProgressBar>,
    json: bool,
    done: usize,
    total: usize,
    clock: Stopwatch,
    last_line: f64,
}

impl Measuring {
    /// None yet, of `total`.
    pub(super) fn new(total: usize, json: bool) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let style = ProgressStyle::with_template("[{bar:24}] {pos} of {len} networks  {msg}")
                .unwrap_or_else(|_| ProgressStyle::default_bar())
                .progress_chars("=> ");
            ProgressBar::new(total as u64).with_style(style)
        });
        Self { bar, json, done: 0, total, clock: Stopwatch::start(), last_line: 0.0 }
    }

    /// One more, with its accuracy, 0 to 1.
    pub(super) fn next(&mut self, accuracy: f64) {
        self.done += 1;
        let now = self.clock.seconds();
        let figures = figures(self.done, self.total, now, accuracy);
        if let Some(bar) = &self.bar {
            bar.set_position(self.done as u64);
            bar.set_message(figures);
        } else if !self.json && self.done < self.total && now - self.last_line >= EVERY {
            self.last_line = now;
            output::note(&format!("{} of {} networks: {figures}", self.done, self.total));
        }
    }

    /// A line above the bar, for people.
    pub(super) fn note(&self, line: &str) {
        match &self.bar {
            _ if self.json => {}
            Some(bar) => bar.suspend(|| output::note(line)),
            None => output::note(line),
        }
    }
}

/// Takes the bar off the screen, before a result or an error comes there.
impl Drop for Measuring {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// "accuracy 78.3 %, 2.4 networks/s, 3 min 05 s left".
fn figures(done: usize, total: usize, seconds: f64, accuracy: f64) -> String {
    let rate = done as f64 / seconds.max(1e-9);
    let figures = format!("accuracy {}, {rate:.1} networks/s", percent(accuracy));
    match total.saturating_sub(done) {
        0 => figures,
        left => format!("{figures}, {} left", duration(left as f64 / rate)),
    }
}

#[cfg(test)]
mod tests {
    use super::figures;

    #[test]
    fn figures_tell_accuracy_rate_and_what_is_left() {
        let text = figures(12, 100, 5.0, 0.7834);
        assert_eq!(text, "accuracy 78.3 %, 2.4 networks/s, 37 s left");
        assert_eq!(figures(3, 3, 1.0, 0.5), "accuracy 50.0 %, 3.0 networks/s");
    }
}
