//! `sgnas info`: an architecture's layers with shapes and costs.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde::Serialize;

use super::error::CliError;
use super::table::{Align, Table};
use super::{input, output};
use crate::protocol::quantity::{grouped, short};
use crate::space::{Cost, MapShape, Part, PartCost, Space};

/// Show an architecture's layers, shapes, MACs and parameters
#[derive(Debug, Args)]
pub(super) struct Info {
    /// File with the kernels of each layer, as in [[3,5],[7,7,3]]
    arch: PathBuf,
    /// Space that the architecture belongs to: tiny, small, cifar or imagenet
    #[arg(long)]
    preset: String,
    /// Count squeeze-excite in every block
    #[arg(long)]
    se: bool,
    /// Write JSON
    #[arg(long)]
    json: bool,
}

/// What `--json` writes.
#[derive(Serialize)]
struct Report<'a> {
    space: &'a str,
    squeeze_excite: bool,
    macs: u64,
    params: u64,
    layers: &'a [PartCost],
}

impl Info {
    pub(super) fn run(self) -> Result<ExitCode, CliError> {
        let space = Space::preset(&self.preset)?;
        let architecture = input::architecture(&self.arch, &space)?;
        let parts = space.breakdown(&architecture, self.se)?;
        let total: Cost = parts.iter().map(PartCost::cost).sum();
        if self.json {
            output::print_json(&Report {
                space: space.name(),
                squeeze_excite: self.se,
                macs: total.macs,
                params: total.params,
                layers: &parts,
            })?;
        } else {
            output::print(&text(&parts, total))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn text(parts: &[PartCost], total: Cost) -> String {
    let mut table = Table::new(&[
        ("part", Align::Left),
        ("kernels", Align::Left),
        ("stride", Align::Right),
        ("input", Align::Left),
        ("width", Align::Right),
        ("output", Align::Left),
        ("MACs", Align::Right),
        ("share", Align::Right),
        ("parameters", Align::Right),
    ]);
    for part in parts {
        let cost = part.cost();
        table.row([
            name(part.part),
            part.kernels.iter().map(|kernel| format!("{kernel} ")).collect(),
            part.stride.to_string(),
            shape(part.input),
            part.width.to_string(),
            shape(part.output),
            grouped(cost.macs),
            format!("{:.1} %", 100.0 * cost.macs as f64 / total.macs.max(1) as f64),
            grouped(cost.params),
        ]);
    }
    format!(
        "{table}\ntotal: {} MACs ({}), {} parameters ({}); MACs are those of convolutions\n",
        grouped(total.macs),
        short(total.macs),
        grouped(total.params),
        short(total.params)
    )
}

fn name(part: Part) -> String {
    match part {
        Part::Stem => "stem".to_owned(),
        Part::First => "first block".to_owned(),
        Part::Layer(index) => format!("layer {index}"),
        Part::Last => "last 1x1".to_owned(),
        Part::Classifier => "classifier".to_owned(),
    }
}

/// "16 x 28 x 28": channels, height, width.
fn shape(map: MapShape) -> String {
    format!("{} x {} x {}", map.channels, map.height, map.width)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::space::Architecture;

    #[test]
    fn the_table_ends_with_the_exact_total() {
        let space = Space::preset("cifar").unwrap();
        let architecture = Architecture::uniform(19, &[7; 6]).unwrap();
        let parts = space.breakdown(&architecture, false).unwrap();
        let text = text(&parts, parts.iter().map(PartCost::cost).sum());
        assert_eq!(text.lines().count(), 2 + 1 + 1 + 19 + 1 + 1 + 2);
        assert!(text.contains("total: 171,761,664 MACs (171.8 M), 3,937,124 parameters"), "{text}");
    }
}
