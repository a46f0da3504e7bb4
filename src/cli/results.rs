//! What `sgnas bench --write` keeps: the measurements of one call as a section of a Markdown file, in
//! the place of the section of the same adapter.

use std::io::ErrorKind;
use std::path::Path;

use super::error::CliError;
use super::kernel_table::kernel_sections;
use super::peers::{PeerReport, peer_table};
use super::scaling::ScalingReport;
use super::table::{Align, Table};
use crate::gpu::AdapterReport;
use crate::measure::{Ceilings, KernelReport, StepReport};
use crate::platform::files;
use crate::platform::machine;

/// What a call measured.
#[derive(Default)]
pub(super) struct Results {
    /// The adapter's own limits.
    pub(super) ceilings: Option<Ceilings>,
    /// Training steps, in the order measured; each as often as there were rounds.
    pub(super) steps: Vec<StepReport>,
    /// The preset and the images a step of `kernels`.
    pub(super) kernels_of: String,
    /// Kernels by themselves.
    pub(super) kernels: Vec<KernelReport>,
    /// Beside other programs.
    pub(super) peers: Vec<PeerReport>,
    /// The preset and the images of `scaling`.
    pub(super) scaling_of: String,
    /// A step as its work grows.
    pub(super) scaling: Option<ScalingReport>,
}

impl Results {
    /// Puts the section of this adapter into the file, which is made where there is none.
    ///
    /// # Errors
    /// A file that cannot be read or written.
    pub(super) fn write(&self, path: &Path, adapter: &AdapterReport) -> Result<(), CliError> {
        let old = match files::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => HEAD.to_owned(),
            Err(error) => return Err(CliError::io(path, "read")(error)),
        };
        let new = replaced(&old, &heading(adapter), &self.section(adapter));
        files::write_atomically(path, new.as_bytes()).map_err(CliError::io(path, "write"))
    }

    fn section(&self, adapter: &AdapterReport) -> String {
        let machine = machine::describe();
        let mut text = format!(
            "{}\n\nWritten by `sgnas bench --write` of version {}: {}; {}.\n",
            heading(adapter),
            env!("CARGO_PKG_VERSION"),
            [adapter.kind, adapter.backend.as_str(), adapter.driver.as_str()].join(", "),
            machine
        );
        let mut part = |title: &str, table: &Table| {
            text.push_str(&format!("\n### {title}\n\n{}", table.markdown()));
        };
        if let Some(c) = &self.ceilings {
            part("Ceilings", &ceiling_table(c));
        }
        if !self.steps.is_empty() {
            part("Training steps", &step_table(&middle(&self.steps)));
        }
        if !self.peers.is_empty() {
            part("Beside other programs, in turn", &peer_table(&self.peers));
        }
        for (title, table) in self.scaling.iter().flat_map(ScalingReport::sections) {
            part(&format!("{title}: {}", self.scaling_of), &table);
        }
        for (title, table) in kernel_sections(&self.kernels, false) {
            part(&format!("Kernels of {}: {title}", self.kernels_of), &table);
        }
        text
    }
}

/// The head of a new file.
const HEAD: &str = "# Results\n\nA section an adapter. Ratios within one run can be compared; times of \
one machine cannot with those of another.\n";

fn heading(adapter: &AdapterReport) -> String {
    format!("## {}", adapter.name)
}

/// `text` with the section that begins with the line `heading` replaced, or with a new one at the end.
fn replaced(text: &str, heading: &str, section: &str) -> String {
    let mut out = String::new();
    let (mut inside, mut done) = (false, false);
    for line in text.lines() {
        if line.starts_with("## ") {
            inside = line == heading && !done;
            if inside {
                out.push_str(section);
                out.push('\n');
                done = true;
            }
        }
        if !inside {
            out.push_str(line);
            out.push('\n');
        }
    }
    if !done {
        out.push('\n');
        out.push_str(section);
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

fn ceiling_table(c: &Ceilings) -> Table {
    let mut table = Table::new(&[("what", Align::Left), ("figure", Align::Right)]);
    let mut row = |what: &str, value: f64, unit: &str| {
        table.row([what.to_owned(), format!("{value:.1} {unit}")]);
    };
    row("copy by a kernel, bytes read and written", c.copy_gb_per_s, "GB/s");
    row("copy by the driver", c.driver_copy_gb_per_s, "GB/s");
    row("multiply-adds in registers", c.multiply_add_gflops, "GFLOP/s");
    row("best square product", c.best_product_gflops, "GFLOP/s");
    row("one more dispatch", c.dispatch_us, "us");
    row("a submit until it is known to be done", c.submit_us, "us");
    table
}

/// Of each step the round whose median is the middle one.
fn middle(steps: &[StepReport]) -> Vec<&StepReport> {
    let mut names: Vec<&str> = Vec::new();
    for s in steps {
        if !names.contains(&s.name.as_str()) {
            names.push(&s.name);
        }
    }
    let of = |name: &str| {
        let mut rounds: Vec<&StepReport> = steps.iter().filter(|s| s.name == name).collect();
        rounds.sort_by(|a, b| a.median_ms.total_cmp(&b.median_ms));
        rounds.get(rounds.len() / 2).copied()
    };
    names.into_iter().filter_map(of).collect()
}

fn step_table(steps: &[&StepReport]) -> Table {
    let (left, right) = (Align::Left, Align::Right);
    let mut table = Table::new(&[
        ("step", left),
        ("median, ms", right),
        ("in a stream, ms", right),
        ("host, ms", right),
        ("processor, ms", right),
        ("images/s", right),
        ("dispatches", right),
        ("peak, MB", right),
        ("of parts, MB", right),
        ("GFLOP", right),
        ("best product, GFLOP/s", right),
        ("times its arithmetic", right),
    ]);
    for s in steps {
        table.row([
            s.name.clone(),
            format!("{:.1}", s.median_ms),
            format!("{:.1}", s.stream_ms),
            format!("{:.1}", s.host_ms),
            format!("{:.1}", s.cpu_ms),
            format!("{:.0}", s.images_per_s),
            s.dispatches.to_string(),
            format!("{:.1}", s.peak_bytes as f64 * 1e-6),
            format!("{:.1}", s.parts_bytes as f64 * 1e-6),
            format!("{:.2}", s.flops as f64 * 1e-9),
            format!("{:.1}", s.best_product_gflops),
            format!("{:.2}", s.times_arithmetic),
        ]);
    }
    table
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn adapter(name: &str) -> AdapterReport {
        AdapterReport {
            name: name.to_owned(),
            backend: "vulkan".to_owned(),
            kind: "software",
            driver: "1.2".to_owned(),
            limits: Vec::new(),
            features: Vec::new(),
        }
    }

    #[test]
    fn a_file_that_cannot_be_read_is_named_in_one_line() {
        let folder = tempfile::tempdir().unwrap();
        let error = Results::default().write(folder.path(), &adapter("one")).unwrap_err();
        let text = error.to_string();
        assert!(text.contains(": cannot read: "), "{text}");
    }

    #[test]
    fn a_section_is_written_anew_and_the_others_stay() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("RESULTS.md");
        let ceilings = |rate| Ceilings {
            copy_gb_per_s: rate,
            driver_copy_gb_per_s: 2.0,
            multiply_add_gflops: 3.0,
            best_product_gflops: 4.0,
            dispatch_us: 5.0,
            submit_us: 6.0,
        };
        let results = |rate| Results { ceilings: Some(ceilings(rate)), ..Results::default() };
        results(1.0).write(&path, &adapter("one")).unwrap();
        results(1.5).write(&path, &adapter("two")).unwrap();
        results(77.0).write(&path, &adapter("one")).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.starts_with(HEAD), "{text}");
        assert_eq!(text.matches("\n## ").count(), 2, "{text}");
        assert!(text.find("## one").unwrap() < text.find("## two").unwrap(), "{text}");
        assert!(text.contains("| 77.0 GB/s |") && text.contains("| 1.5 GB/s |"), "{text}");
        assert!(!text.contains("| 1.0 GB/s |"), "{text}");
        // What is written twice is the same.
        results(77.0).write(&path, &adapter("one")).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    }
}
