//! What `sgnas bench kernels` prints for people: a table a step, the slowest kernels first.

use super::table::{Align, Table};
use crate::measure::KernelReport;
use crate::protocol::quantity::percent;

/// Characters of a shape beside a kernel.
const SHAPE: usize = 64;

/// A heading and a table for each step: a row a kernel, over all of its shapes, or with `all` a row a
/// shape. The reports come by falling time.
pub(super) fn kernel_table(reports: &[KernelReport], all: bool) -> String {
    let sections = kernel_sections(reports, all);
    sections.iter().map(|(title, table)| format!("\n{title}\n\n{table}")).collect()
}

/// The same, apart.
pub(super) fn kernel_sections(reports: &[KernelReport], all: bool) -> Vec<(String, Table)> {
    let mut steps: Vec<_> = reports.iter().map(|r| r.step).collect();
    steps.sort_unstable();
    steps.dedup();
    let section = |step| {
        let of_step: Vec<_> = reports.iter().filter(|r| r.step == step).collect();
        let Sum { calls, ms, bound_ms } = Sum::of(&of_step);
        let table = if all { by_shape(&of_step) } else { by_kernel(&of_step) };
        let title = format!(
            "{step} step: {calls} dispatches, {ms:.1} ms; their bounds {bound_ms:.1} ms, {}{}",
            percent(bound_ms / ms),
            products(&of_step)
        );
        (title, table)
    };
    steps.into_iter().map(section).collect()
}

/// The rate of a step's matrix products, to be held against the best one of the adapter, where it has
/// any.
fn products(reports: &[&KernelReport]) -> String {
    let products = || reports.iter().filter(|r| r.kernel.starts_with("matmul/product"));
    let ms: f64 = products().map(|r| r.ms_a_step()).sum();
    if ms == 0.0 {
        return String::new();
    }
    let flops: f64 = products().map(|r| 2.0 * (r.work * r.calls) as f64).sum();
    format!("; products at {:.1} GFLOP/s", flops / ms * 1e-6)
}

/// A row a kernel.
fn by_kernel(reports: &[&KernelReport]) -> Table {
    let mut kernels: Vec<Vec<&KernelReport>> = Vec::new();
    for &report in reports {
        match kernels.iter_mut().find(|k| k.iter().any(|r| r.kernel == report.kernel)) {
            Some(same) => same.push(report),
            None => kernels.push(vec![report]),
        }
    }
    let mut kernels: Vec<_> = kernels.into_iter().map(|k| (Sum::of(&k), k)).collect();
    kernels.sort_by(|(a, _), (b, _)| b.ms.total_cmp(&a.ms));
    let (left, right) = (Align::Left, Align::Right);
    let mut table = Table::new(&[
        ("kernel", left),
        ("shapes", right),
        ("calls", right),
        ("ms a step", right),
        ("bound, ms", right),
        ("bound by", left),
        ("share", right),
        ("slowest shape", left),
        ("ms a call", right),
        ("share", right),
    ]);
    for (sum, shapes) in &kernels {
        // The slowest stands first.
        let Some(slowest) = shapes.first() else { continue };
        let alike = shapes.iter().filter(|r| r.bound == slowest.bound).count();
        table.row([
            slowest.kernel.to_owned(),
            shapes.len().to_string(),
            sum.calls.to_string(),
            format!("{:.3}", sum.ms),
            format!("{:.3}", sum.bound_ms),
            if alike == shapes.len() { slowest.bound } else { "either" }.to_owned(),
            percent(sum.bound_ms / sum.ms),
            shortened(&slowest.shape),
            format!("{:.3}", slowest.ms),
            percent(slowest.share),
        ]);
    }
    table
}

/// A row a shape.
fn by_shape(reports: &[&KernelReport]) -> Table {
    let (left, right) = (Align::Left, Align::Right);
    let mut table = Table::new(&[
        ("kernel", left),
        ("first in", left),
        ("calls", right),
        ("ms a call", right),
        ("bound, ms", right),
        ("bound by", left),
        ("share", right),
        ("shape", left),
    ]);
    for r in reports {
        table.row([
            r.kernel.to_owned(),
            r.part.clone(),
            r.calls.to_string(),
            format!("{:.3}", r.ms),
            format!("{:.3}", r.bound_ms),
            r.bound.to_owned(),
            percent(r.share),
            r.shape.clone(),
        ]);
    }
    table
}

/// The parts of a shape that are not 0, as many as fit.
fn shortened(shape: &str) -> String {
    let mut text = String::new();
    for part in shape.split(' ').filter(|part| !part.ends_with("=0")) {
        if text.len() + part.len() > SHAPE {
            return text + "..";
        }
        text.push_str(part);
        text.push(' ');
    }
    text.trim_end().to_owned()
}

/// Of several reports, a step.
struct Sum {
    calls: u64,
    ms: f64,
    bound_ms: f64,
}

impl Sum {
    fn of(reports: &[&KernelReport]) -> Self {
        Sum {
            calls: reports.iter().map(|r| r.calls).sum(),
            ms: reports.iter().map(|r| r.ms_a_step()).sum(),
            bound_ms: reports.iter().map(|r| r.bound_ms * r.calls as f64).sum(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(step: &'static str, ms: f64) -> KernelReport {
        KernelReport {
            step,
            kernel: "family/file",
            part: String::new(),
            shape: "K=3 ACT=0 planes=8".to_owned(),
            calls: 2,
            bytes: 4,
            work: 1,
            ms,
            bound_ms: ms / 4.0,
            bound: "bytes",
            share: 0.25,
        }
    }

    #[test]
    fn a_kernel_is_one_line_over_its_shapes_and_all_shapes_stand_on_request() {
        let mut slow = report("search", 8.0);
        slow.kernel = "family/slow";
        let mut product = report("a", 1.0);
        product.kernel = "matmul/product_nt";
        product.work = 3_000_000;
        let reports = [slow, report("search", 1.5), report("search", 0.5), product];
        let text = kernel_table(&reports, false);
        let lines: Vec<_> = text.lines().filter(|line| !line.is_empty()).collect();
        assert_eq!(lines.len(), 9, "{text}");
        let products =
            "a step: 2 dispatches, 2.0 ms; their bounds 0.5 ms, 25.0 %; products at 6.0 GFLOP/s";
        assert_eq!(lines[0], products);
        assert_eq!(lines[4], "search step: 6 dispatches, 20.0 ms; their bounds 5.0 ms, 25.0 %");
        let cells = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        let file = "family/file 2 4 4.000 1.000 bytes 25.0 % K=3 planes=8 1.500 25.0 %";
        assert_eq!(cells(lines[8]), cells(file));
        let all = kernel_table(&reports, true);
        assert_eq!(all.matches("K=3 ACT=0 planes=8").count(), 4, "{all}");
    }

    #[test]
    fn a_long_shape_ends_at_a_word() {
        let shape = ["n=1234567"; 9].join(" ");
        assert_eq!(shortened(&shape), ["n=1234567 "; 6].concat() + "..");
    }
}
