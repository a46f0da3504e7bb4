//! The header's controls: which curves, along which axes, how smooth.

use eframe::egui::{self, RichText, Ui};

use super::axis::{X, has_times};
use super::{Look, Training, followed, name};
use crate::protocol::facts::Phase;
use crate::studio::theme::Tokens;
use crate::studio::view::View;
use crate::studio::widgets::icon;
use crate::studio::widgets::plot::Scale;

/// Below this breadth of the header one menu has everything about the axes.
const NARROW: f32 = 400.0;

/// Draws the controls, from right to left.
pub(super) fn show(ui: &mut Ui, view: &View<'_>, own: &mut Training) {
    let tokens = view.tokens;
    let narrow = ui.available_width() < NARROW;
    if !narrow {
        let text = format!("smoothing {:.2}", own.smoothing);
        icon::quiet_menu(ui, tokens, &text, |ui| smoothing(ui, tokens, own))
            .on_hover_text("Smoothing: how far the bold line averages over the steps before");
    }
    let Some(run) = &view.studio.run else { return };
    let shown = own.phase.unwrap_or_else(|| followed(&run.state));
    let text = if narrow { "axes".to_owned() } else { format!("x: {}", own.x.name()) };
    icon::quiet_menu(ui, tokens, &text, |ui| {
        axes(ui, own, has_times(&run.state, shown));
        if narrow {
            ui.separator();
            smoothing(ui, tokens, own);
        }
    })
    .on_hover_text("What lies on the axes, and how");
    icon::quiet_menu(ui, tokens, name(shown), |ui| looks(ui, own));
}

fn smoothing(ui: &mut Ui, tokens: &Tokens, own: &mut Training) {
    ui.label("Smoothing");
    ui.add(egui::Slider::new(&mut own.smoothing, 0.0..=0.99).fixed_decimals(2));
    ui.label(RichText::new("0 shows the raw values alone").small().color(tokens.muted));
}

/// The choice of the x axis and of both scales; `timed` is whether there are times.
fn axes(ui: &mut Ui, own: &mut Training, timed: bool) {
    for x in X::ALL {
        let usable = x != X::Time || timed;
        let item = egui::Button::selectable(own.x == x, format!("over {}", x.name()));
        let response = ui.add_enabled(usable, item);
        let why = "The journal of this run tells no times";
        if response.on_disabled_hover_text(why).clicked() {
            own.x = x;
        }
    }
    ui.separator();
    for (axis, scale) in [("x", &mut own.x_scale), ("y", &mut own.y_scale)] {
        ui.horizontal(|ui| {
            for choice in [Scale::Linear, Scale::Log] {
                let text = format!("{} {axis}", choice.name());
                let hint = match axis {
                    "x" => "The x axis of all curves",
                    _ => "The y axis of losses and rates; shares stay linear",
                };
                if ui.selectable_label(*scale == choice, text).on_hover_text(hint).clicked() {
                    *scale = choice;
                }
            }
        });
    }
}

/// The choice of what is shown.
fn looks(ui: &mut Ui, own: &mut Training) {
    let (phase, look) = (own.phase, own.look);
    let mut choose = |ui: &mut Ui, chosen, text: &str, to: (Option<Phase>, Look)| {
        if ui.selectable_label(chosen, text).clicked() {
            (own.phase, own.look) = to;
            ui.close();
        }
    };
    for one in [Phase::Supernet, Phase::Generator, Phase::Scratch] {
        let chosen = phase == Some(one) && look == Look::Curves;
        choose(ui, chosen, name(one), (Some(one), Look::Curves));
    }
    choose(ui, phase.is_none() && look == Look::Curves, "follow the run", (None, Look::Curves));
    ui.separator();
    choose(ui, look == Look::Rate, "learning rate alone", (phase, Look::Rate));
    let paths = "what was trained how often";
    choose(ui, look == Look::Paths, paths, (Some(Phase::Supernet), Look::Paths));
}
