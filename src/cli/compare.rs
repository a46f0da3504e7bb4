//! `sgnas evaluate --near`: generated networks beside random ones of like cost. Measures the one and
//! the other, and sets the table; what the figures mean is `protocol::comparison`'s affair.

use pollster::block_on;
use serde::Serialize;

use super::error::CliError;
use super::measured::Measured;
use super::measuring::Measuring;
use super::output;
use super::table::{Align, Table};
use crate::protocol::comparison::Comparison;
use crate::protocol::quantity::{Amount, grouped, percent, short};
use crate::run::trained::Evaluator;
use crate::space::{Architecture, Metric};

/// The budgets to compare at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Near {
    /// Those that the run has answered, with its answers.
    Generated,
    /// These, which the generator answers now.
    Budgets(Vec<u64>),
}

/// The whole comparison.
#[derive(Serialize)]
pub(super) struct Comparisons {
    /// What "like cost" counts.
    metric: Metric,
    /// How far a random network's cost may lie from the generated one's, as given.
    within: String,
    budgets: Vec<AtBudget>,
    /// All generated networks against all random ones.
    total: Comparison,
}

/// A generated network and the random ones near its cost.
#[derive(Serialize)]
struct AtBudget {
    budget: u64,
    generated: Measured,
    random: Vec<Measured>,
    comparison: Comparison,
}

/// Measures `count` random networks, at least two, within `within` of the cost of each generated
/// one.
pub(super) fn compare(
    evaluator: &Evaluator,
    near: &Near,
    (within, count): (Amount, usize),
    json: bool,
) -> Result<Comparisons, CliError> {
    let answers: Vec<(u64, Architecture)> = match near {
        Near::Generated => evaluator.generated()?,
        Near::Budgets(budgets) => {
            let answer = |&budget| Ok((budget, block_on(evaluator.answer(budget))?));
            budgets.iter().map(answer).collect::<Result<_, CliError>>()?
        }
    };
    let metric = evaluator.metric();
    // All are drawn before the first is measured: a cost that none comes near is told at once.
    let mut drawn = Vec::with_capacity(answers.len());
    for (budget, kernels) in answers {
        let cost = evaluator.space().cost(&kernels, false)?.get(metric);
        let random = evaluator.random_near(cost, within.of(cost), count)?;
        drawn.push((budget, kernels, random));
    }
    let mut budgets = Vec::with_capacity(drawn.len());
    let mut progress = Measuring::new(drawn.len() * (count + 1), json);
    let measure = |progress: &mut Measuring, kernels| {
        let measured = Measured::of(evaluator, kernels)?;
        progress.next(measured.accuracy);
        Ok::<_, CliError>(measured)
    };
    for (budget, kernels, random) in drawn {
        let generated = measure(&mut progress, kernels)?;
        let random = random.into_iter().map(|kernels| measure(&mut progress, kernels));
        let random: Vec<Measured> = random.collect::<Result<_, _>>()?;
        let comparison = figures(&[&generated], &random)?;
        progress.note(&format!(
            "budget {}: generated {}, {count} random networks {}",
            short(budget),
            percent(comparison.generated),
            percent(comparison.random.mean)
        ));
        budgets.push(AtBudget { budget, generated, random, comparison });
    }
    let generated: Vec<&Measured> = budgets.iter().map(|at| &at.generated).collect();
    let total = figures(&generated, budgets.iter().flat_map(|at| &at.random))?;
    Ok(Comparisons { metric, within: within.to_string(), budgets, total })
}

fn figures<'a>(
    generated: &[&Measured],
    random: impl IntoIterator<Item = &'a Measured>,
) -> Result<Comparison, CliError> {
    let generated: Vec<f64> = generated.iter().map(|m| m.accuracy).collect();
    let random: Vec<f64> = random.into_iter().map(|m| m.accuracy).collect();
    let too_few = || CliError::Usage("--near needs --random 2 or more".to_owned());
    Comparison::of(&generated, &random).ok_or_else(too_few)
}

impl Comparisons {
    /// A line a budget, one for all, and the outcome in a sentence.
    pub(super) fn text(&self) -> String {
        let mut table = Table::new(&[
            ("budget", Align::Right),
            ("MACs", Align::Right),
            ("parameters", Align::Right),
            ("generated", Align::Right),
            ("random", Align::Right),
            ("n", Align::Right),
            ("deviation", Align::Right),
            ("standard error", Align::Right),
            ("difference", Align::Right),
            ("bar", Align::Left),
        ]);
        for at in &self.budgets {
            let first =
                [short(at.budget), grouped(at.generated.macs), grouped(at.generated.params)];
            table.row(first.into_iter().chain(cells(&at.comparison)));
        }
        let first = ["all".to_owned(), String::new(), String::new()];
        table.row(first.into_iter().chain(cells(&self.total)));
        let alone = self.budgets.iter().filter(|at| at.comparison.holds).count();
        let total = &self.total;
        format!(
            "{table}\nrandom networks cost as much as the generated one, within {} of its {}; the bar is their mean\nand one standard error, in all over the deviation of all of them\nin all the generated networks {} it, by a difference of {} points with a standard error of {}; at {alone} of {} budgets alone\n",
            self.within,
            self.metric,
            if total.holds { "reach" } else { "do not reach" },
            points(total.difference),
            points(total.random.standard_error).trim_start_matches('+'),
            self.budgets.len(),
        )
    }

    /// Prints it.
    pub(super) fn print(&self, json: bool) -> Result<(), CliError> {
        if json { output::print_json(self) } else { output::print(&self.text()) }
    }
}

fn cells(c: &Comparison) -> [String; 7] {
    let fine = |share: f64| format!("{:.2} %", 100.0 * share);
    let group = &c.random;
    [
        fine(c.generated),
        fine(group.mean),
        group.n.to_string(),
        fine(group.standard_deviation),
        fine(group.standard_error),
        points(c.difference),
        if c.holds { "holds" } else { "missed" }.to_owned(),
    ]
}

/// A difference of accuracies in percentage points, "+0.15".
fn points(share: f64) -> String {
    format!("{:+.2}", 100.0 * share)
}
