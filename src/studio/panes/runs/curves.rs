//! Curves of several runs over each other.

use std::collections::BTreeSet;
use std::fmt::Write;

use eframe::egui::{RichText, Ui};

use super::Compared;
use crate::protocol::RunState;
use crate::protocol::facts::{Origin, Phase};
use crate::protocol::progress::epoch_steps;
use crate::studio::series::{decimate, nearest, smooth};
use crate::studio::theme::Tokens;
use crate::studio::widgets::plot::{self, Scale};

/// How far the steps' losses are smoothed.
const SMOOTHING: f64 = 0.9;

/// What is compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Quantity {
    /// Accuracy of random paths on held-out images, by epoch of the supernet.
    #[default]
    HeldOut,
    /// Loss of the supernet, smoothed.
    Loss,
    /// Kendall's tau of targets and costs, by epoch of the generator.
    Tau,
    /// Accuracy of the generated networks against their MACs.
    Generated,
}

impl Quantity {
    /// All, in the order of menus.
    pub(super) const ALL: [Self; 4] = [Self::HeldOut, Self::Loss, Self::Tau, Self::Generated];

    /// As in a menu.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::HeldOut => "held-out accuracy",
            Self::Loss => "supernet loss",
            Self::Tau => "Kendall tau",
            Self::Generated => "generated networks",
        }
    }

    /// The y axis with its unit, how its numbers are written; the same of the x axis.
    fn axes(self) -> [(&'static str, plot::Label); 2] {
        match self {
            Self::HeldOut => {
                [("held-out accuracy, random paths, %", plot::percent), ("epoch", plot::number)]
            }
            Self::Loss => [("supernet loss, smoothed", plot::number), ("epoch", plot::number)],
            Self::Tau => {
                [("Kendall tau of targets and costs", plot::number), ("epoch", plot::number)]
            }
            Self::Generated => {
                [("accuracy, inherited weights, %", plot::percent), ("M MACs", plot::millions)]
            }
        }
    }

    fn points(self, state: &RunState) -> Vec<[f64; 2]> {
        let x = |epoch: u64| (epoch + 1) as f64;
        match self {
            Self::HeldOut => {
                state.supernet_epochs.iter().map(|one| [x(one.epoch), one.mean]).collect()
            }
            Self::Loss => {
                let steps = state
                    .start
                    .as_ref()
                    .map_or(1, |start| epoch_steps(&start.config, &start.data, Phase::Supernet))
                    as f64;
                let all = state.supernet_steps.iter();
                let raw: Vec<[f64; 2]> =
                    all.map(|step| [(step.step + 1) as f64 / steps, step.loss]).collect();
                smooth(&raw, SMOOTHING)
            }
            Self::Tau => {
                state.generator_epochs.iter().map(|one| [x(one.epoch), one.kendall_tau]).collect()
            }
            Self::Generated => {
                let all = state.evaluated(Origin::Generated);
                let mut points: Vec<[f64; 2]> =
                    all.map(|one| [one.macs as f64, one.accuracy]).collect();
                points.sort_by(|a, b| a[0].total_cmp(&b[0]));
                points
            }
        }
    }
}

/// The points of the curves.
pub(super) fn csv(compared: &[Compared<'_>], quantity: Quantity) -> String {
    let mut text = String::from("run,x,y\n");
    for one in compared {
        for [x, y] in quantity.points(one.state) {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "\"{}\",{x},{y}", one.name.replace('"', "\"\""));
        }
    }
    text
}

/// Draws the curves.
pub(super) fn show(
    ui: &mut Ui,
    tokens: &Tokens,
    compared: &[Compared<'_>],
    quantity: Quantity,
    hidden: &mut BTreeSet<String>,
) {
    let [(heading, y_label), (foot, x_label)] = quantity.axes();
    let named: Vec<plot::Named> =
        compared.iter().map(|one| (one.name.clone(), one.look.0)).collect();
    plot::heading(ui, tokens, heading, &named, hidden);
    let pixels = ui.available_width().max(1.0) as usize;
    let curves: Vec<Vec<[f64; 2]>> =
        compared.iter().map(|one| quantity.points(one.state)).collect();
    ui.scope(|ui| {
        plot::quiet(ui, tokens);
        let x = (Scale::Linear, x_label);
        let shown = plot::plot("runs", tokens, x, (Scale::Linear, y_label))
            .height((ui.available_height() - 16.0).max(60.0));
        let response = shown.show(ui, |plot| {
            for (one, points) in compared.iter().zip(&curves) {
                if !hidden.contains(&one.name) {
                    plot.line(plot::series(&one.name, decimate(points, pixels), one.look));
                }
            }
            plot.pointer_coordinate()
        });
        if let Some(at) = response.inner.filter(|_| response.response.hovered()) {
            response.response.on_hover_ui_at_pointer(|ui| {
                ui.label(RichText::new(format!("{foot} {}", x_label(at.x, 0.01))).small());
                for (one, points) in compared.iter().zip(&curves) {
                    if let Some([_, y]) = nearest(points, at.x) {
                        let text = format!("{}: {}", one.name, y_label(y, 0.001));
                        ui.label(RichText::new(text).color(one.look.0));
                    }
                }
            });
        }
    });
    plot::foot(ui, tokens, foot);
}
