//! `sgnas bench peers`: our training steps and those of other programs in turn, so that both meet the
//! same machine, and how many times as fast ours are. A peer is any program that prints a line of
//! JSON a measurement under the names of `sgnas bench step`.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use serde::{Deserialize, Serialize};

use super::bench_steps::{names, time_steps};
use super::error::CliError;
use super::output::note;
use super::table::{Align, Table};
use crate::gpu::AdapterChoice;
use crate::measure::StepReport;

/// The peer that comes with the source: the same steps in PyTorch.
pub(super) const TORCH: &str = "python3 benches/peers/torch_steps.py --json";

/// What is compared, and how often.
pub(super) struct Comparison<'a> {
    /// Ours.
    pub(super) adapter: &'a AdapterChoice,
    /// Words that a step's name holds; empty for all.
    pub(super) only: &'a str,
    /// Times that each of our steps is run a round.
    pub(super) steps: usize,
    /// Our steps, then each peer's, so often.
    pub(super) rounds: usize,
    /// Command lines, their words parted by spaces.
    pub(super) peers: &'a [String],
}

/// A line of a peer; other members are the peer's affair.
#[derive(Debug, Deserialize)]
struct Line {
    name: String,
    #[serde(default)]
    program: String,
    #[serde(default)]
    variant: String,
    median_ms: Option<f64>,
    skipped: Option<String>,
}

/// A step of ours beside a peer's.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct PeerReport {
    /// The step's name.
    pub(super) name: String,
    /// The other program, its version and how it ran the step.
    pub(super) peer: String,
    /// Median over the rounds, ms.
    pub(super) ours_ms: f64,
    /// The same of the peer.
    pub(super) peer_ms: f64,
    /// The peer's time over ours: lowest, median and highest of the rounds.
    pub(super) times_as_fast: [f64; 3],
    /// Rounds that both took part in.
    pub(super) rounds: usize,
}

/// Runs all rounds. `see` gets each report of ours as it comes.
///
/// # Errors
/// A peer that cannot be started, that fails, or that prints something else; those of our steps.
pub(super) fn compare(
    c: &Comparison<'_>,
    see: &mut dyn FnMut(&StepReport) -> Result<(), CliError>,
) -> Result<Vec<PeerReport>, CliError> {
    let mut found = Vec::new();
    for round in 1..=c.rounds {
        note(&format!("round {round} of {}: ours", c.rounds));
        let mut ours = Vec::new();
        time_steps(c.adapter, c.only, c.steps, &mut |report| {
            ours.push((report.name.clone(), report.median_ms));
            see(report)
        })?;
        for peer in c.peers {
            note(&format!("round {round} of {}: {peer}", c.rounds));
            for line in lines(peer, c.only)? {
                let peer = format!("{} {}", line.program, line.variant).trim().to_owned();
                if let Some(why) = &line.skipped {
                    note(&format!("{}, {peer}: skipped, {why}", line.name));
                }
                let ours = ours.iter().find(|(name, _)| *name == line.name);
                if let (Some((_, ours)), Some(theirs)) = (ours, line.median_ms) {
                    found.push((line.name, peer, *ours, theirs));
                }
            }
        }
    }
    Ok(joined(&found))
}

/// What a peer prints.
fn lines(peer: &str, only: &str) -> Result<Vec<Line>, CliError> {
    let failed = |why: String| CliError::Usage(format!("peer '{peer}': {why}"));
    let mut words = peer.split_whitespace();
    let program = words.next().ok_or_else(|| failed("no program is named".to_owned()))?;
    let mut command = Command::new(program);
    command.args(words).stdin(Stdio::null()).stdout(Stdio::piped());
    if !only.is_empty() {
        command.args(["--rows", only]);
    }
    let mut child = command.spawn().map_err(|e| failed(format!("cannot be started: {e}")))?;
    let mut all = Vec::new();
    for text in child.stdout.take().into_iter().flat_map(|out| BufReader::new(out).lines()) {
        let text = text.map_err(|e| failed(format!("cannot be read: {e}")))?;
        let line = serde_json::from_str(&text);
        all.push(line.map_err(|e| failed(format!("printed '{text}', which is no result: {e}")))?);
    }
    let status = child.wait().map_err(|e| failed(e.to_string()))?;
    if !status.success() {
        return Err(failed(format!("ended with {status}; what it said stands above")));
    }
    Ok(all)
}

/// One report for each step and peer, in the order of our steps, of (step, peer, ours, theirs).
fn joined(found: &[(String, String, f64, f64)]) -> Vec<PeerReport> {
    let mut reports: Vec<PeerReport> = Vec::new();
    for (name, peer, ..) in found {
        if reports.iter().any(|r| r.name == *name && r.peer == *peer) {
            continue;
        }
        let all = || found.iter().filter(|(n, p, ..)| n == name && p == peer);
        let [low, middle, high] = spread(all().map(|(.., ours, theirs)| theirs / ours));
        let [_, ours_ms, _] = spread(all().map(|(.., ours, _)| *ours));
        let [_, peer_ms, _] = spread(all().map(|(.., theirs)| *theirs));
        let (name, peer) = (name.clone(), peer.clone());
        let (times_as_fast, rounds) = ([low, middle, high], all().count());
        reports.push(PeerReport { name, peer, ours_ms, peer_ms, times_as_fast, rounds });
    }
    let order = names();
    reports.sort_by_key(|r| order.iter().position(|name| *name == r.name));
    reports
}

/// The lowest, the median and the highest; of none, NaN.
fn spread(values: impl Iterator<Item = f64>) -> [f64; 3] {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let at = |i: usize| values.get(i).copied().unwrap_or(f64::NAN);
    [at(0), at(values.len() / 2), at(values.len().saturating_sub(1))]
}

/// The reports for people.
pub(super) fn peer_table(reports: &[PeerReport]) -> Table {
    let (left, right) = (Align::Left, Align::Right);
    let mut table = Table::new(&[
        ("step", left),
        ("beside", left),
        ("ours, ms", right),
        ("theirs, ms", right),
        ("times as fast", right),
        ("lowest to highest", right),
        ("rounds", right),
    ]);
    for r in reports {
        let [low, middle, high] = r.times_as_fast;
        table.row([
            r.name.clone(),
            r.peer.clone(),
            format!("{:.1}", r.ours_ms),
            format!("{:.1}", r.peer_ms),
            format!("{middle:.2}"),
            format!("{low:.2} to {high:.2}"),
            r.rounds.to_string(),
        ]);
    }
    table
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn rounds_are_joined_by_step_and_peer() {
        let one =
            |name: &str, peer: &str, ours, theirs| (name.to_owned(), peer.to_owned(), ours, theirs);
        let found = [
            one("tiny generator step", "b", 1.0, 4.0),
            one("reference training step", "a", 10.0, 5.0),
            one("reference training step", "a", 10.0, 20.0),
            one("reference training step", "a", 20.0, 20.0),
        ];
        let reports = joined(&found);
        assert_eq!(reports.len(), 2);
        assert_eq!(reports[0].name, "reference training step");
        assert_eq!(reports[0].times_as_fast, [0.5, 1.0, 2.0]);
        assert_eq!((reports[0].ours_ms, reports[0].peer_ms, reports[0].rounds), (10.0, 20.0, 3));
        assert_eq!(reports[1].times_as_fast, [4.0; 3]);
        let row = "| reference training step | a | 10.0 | 20.0 | 1.00 | 0.50 to 2.00 | 3 |";
        assert_eq!(peer_table(&reports).markdown().lines().nth(2), Some(row));
    }

    #[test]
    fn a_peer_that_cannot_be_used_is_named_with_the_reason() {
        let error = |peer: &str| lines(peer, "").unwrap_err().to_string();
        assert!(
            error("no-such-program-here x").contains("'no-such-program-here x': cannot be started")
        );
        assert!(error("  ").contains("no program is named"));
        #[cfg(unix)]
        assert!(error("echo hello").contains("printed 'hello'"));
        #[cfg(unix)]
        assert!(error("false").contains("ended with"));
    }
}
