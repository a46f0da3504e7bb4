//! The pane "From scratch": the networks of this run that are trained alone, their results beside
//! the accuracy with inherited weights, and their curves.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use eframe::egui::{
    self, Align2, Color32, CornerRadius, Rect, RichText, Sense, Stroke, Ui, pos2, vec2,
};

use super::Pane;
use crate::protocol::facts::ScratchEpoch;
use crate::protocol::quantity::{duration, percent, short};
use crate::studio::backend::Request;
use crate::studio::state::{Accuracy, Source, Studio, Training};
use crate::studio::theme::{self, Tokens};
use crate::studio::view::{View, Wish};
use crate::studio::widgets::plot::{self, Scale};
use crate::studio::widgets::{difference, note};

const ROW: f32 = 30.0;
/// Where the columns begin, as shares of the breadth, and their titles.
const COLUMNS: [(f32, &str); 5] = [
    (0.04, "training"),
    (0.22, "MACs"),
    (0.38, "epochs"),
    (0.58, "from scratch"),
    (0.74, "inherited"),
];
/// Room for the button of a row.
const BUTTON: f32 = 74.0;

/// The pane's own state.
#[derive(Default)]
pub(super) struct FromScratch {
    /// Names of curves that are not drawn.
    hidden: BTreeSet<String>,
}

impl Pane for FromScratch {
    fn csv(&self, view: &View<'_>) -> Option<String> {
        let mut text = String::from("training,epoch,loss,accuracy,lr,images_per_s,seconds\n");
        for training in &view.studio.trainings {
            for epoch in &training.run.state.scratch_epochs {
                let ScratchEpoch { epoch, loss, accuracy, lr, images_per_s, seconds } = epoch;
                let name = training.run.name();
                let seconds = seconds.map_or(String::new(), |seconds| seconds.to_string());
                let speed = format!("{lr},{images_per_s},{seconds}");
                // Writing to a string cannot fail.
                let _ = writeln!(text, "{name},{},{loss},{accuracy},{speed}", epoch + 1);
            }
        }
        (!view.studio.trainings.is_empty()).then_some(text)
    }

    fn ui(&mut self, ui: &mut Ui, view: &View<'_>) {
        if view.studio.run.is_none() {
            return;
        }
        let trainings = &view.studio.trainings;
        if trainings.is_empty() {
            let text = "No network of this run is trained from scratch yet. Bring one into view in Architecture and choose “train”: its curve and its result appear here.";
            note::centred(ui, view.tokens, text);
            return;
        }
        let room = ui.available_height();
        let table = (20.0 + (ROW + 2.0) * trainings.len() as f32).min(0.5 * room);
        ui.allocate_ui(vec2(ui.available_width(), table), |ui| self::table(ui, view));
        ui.add_space(8.0);
        self.curves(ui, view.tokens, trainings);
    }
}

fn table(ui: &mut Ui, view: &View<'_>) {
    let tokens = view.tokens;
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 16.0), Sense::hover());
    for (share, title) in COLUMNS {
        let at = pos2(rect.left() + share * (rect.width() - BUTTON), rect.center().y);
        ui.painter().text(at, Align2::LEFT_CENTER, title, theme::caption(), tokens.muted);
    }
    egui::ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        for (place, training) in view.studio.trainings.iter().enumerate() {
            row(ui, view, training, tokens.series(place));
        }
    });
}

fn row(ui: &mut Ui, view: &View<'_>, training: &Training, (ink, dashed): (Color32, bool)) {
    let tokens = view.tokens;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    let words = words(view.studio, training);
    let spoken = words.iter().zip(COLUMNS).map(|(word, (_, title))| format!("{title} {word}"));
    let spoken = spoken.collect::<Vec<_>>().join(", ");
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, spoken.as_str()));
    let shown = view.studio.network.as_ref().map(|network| &network.architecture);
    if response.hovered() || response.has_focus() || shown == Some(&training.architecture) {
        let radius = CornerRadius::same(theme::CELL_RADIUS);
        ui.painter().rect_filled(rect, radius, tokens.line.gamma_multiply(0.6));
    }
    let painter = ui.painter_at(rect);
    let y = rect.center().y;
    let dot = pos2(rect.left() + 10.0, y);
    match dashed {
        true => painter.circle_stroke(dot, 3.5, Stroke::new(1.8, ink)),
        false => painter.circle_filled(dot, 4.0, ink),
    };
    for (i, ((share, _), word)) in COLUMNS.iter().zip(&words).enumerate() {
        let at = pos2(rect.left() + share * (rect.width() - BUTTON), y);
        let font = if i == 3 { theme::bold(theme::BODY) } else { theme::body() };
        let ink = if i == 3 { tokens.text } else { tokens.muted };
        painter.text(at, Align2::LEFT_CENTER, word, font, ink);
    }
    bar(ui, tokens, rect, training);
    button(ui, view, rect, training);
    let about = training.run.folder.display().to_string();
    if response.on_hover_text(format!("{about}\nClick to show the network")).clicked() {
        view.wish(Wish::Show(training.architecture.clone(), Source::Picked));
        view.wish(Wish::Pane("architecture"));
    }
}

/// What a row says, in the order of the columns.
fn words(studio: &Studio, training: &Training) -> [String; 5] {
    let (done, all) = training.epochs();
    let left = training.run.progress.remaining(studio.now());
    let left = left.filter(|_| training.run.live.under_way());
    let left = left.map_or(String::new(), |seconds| format!(", {} left", duration(seconds)));
    let inherited = match studio.accuracy(&training.architecture) {
        Accuracy::Known(share) if share.is_finite() => Some(share),
        _ => None,
    };
    let beside = match (training.accuracy(), inherited) {
        (Some(own), Some(inherited)) => {
            format!("{} ({})", percent(inherited), difference::points(inherited, own))
        }
        (_, Some(inherited)) => percent(inherited),
        (_, None) => "–".to_owned(),
    };
    [
        training.run.name(),
        training.cost().map_or("–".to_owned(), |cost| short(cost.macs)),
        format!("{done} / {all}{left}"),
        training.accuracy().map_or("–".to_owned(), percent),
        beside,
    ]
}

/// How far it is, below the row's words.
fn bar(ui: &Ui, tokens: &Tokens, rect: Rect, training: &Training) {
    let (done, all) = training.epochs();
    if !training.run.live.under_way() || all == 0 {
        return;
    }
    let left = rect.left() + COLUMNS[2].0 * (rect.width() - BUTTON);
    let right = rect.left() + COLUMNS[3].0 * (rect.width() - BUTTON) - 16.0;
    let y = rect.bottom() - 4.0;
    let whole = Rect::from_min_max(pos2(left, y - 1.5), pos2(right, y + 1.5));
    let part = whole.with_max_x(left + whole.width() * done as f32 / all as f32);
    ui.painter().rect_filled(whole, 1.5, tokens.line);
    ui.painter().rect_filled(part, 1.5, tokens.accent);
}

/// Stop, or go on.
fn button(ui: &mut Ui, view: &View<'_>, rect: Rect, training: &Training) {
    let place = Rect::from_min_max(pos2(rect.right() - BUTTON, rect.top()), rect.max).shrink(3.0);
    let busy = view.studio.training().is_some();
    let (text, hint, request) = if training.run.live.under_way() {
        ("Stop", "Save and end; it can go on later", Request::StopTraining)
    } else if training.can_resume() && !busy {
        ("Go on", "From its newest checkpoint", Request::TrainOn(training.run.folder.clone()))
    } else {
        return;
    };
    if ui.put(place, egui::Button::new(text)).on_hover_text(hint).clicked() {
        view.wish(Wish::Ask(request));
    }
}

impl FromScratch {
    fn curves(&mut self, ui: &mut Ui, tokens: &Tokens, trainings: &[Training]) {
        let named: Vec<plot::Named> = trainings
            .iter()
            .enumerate()
            .filter(|(_, training)| !training.run.state.scratch_epochs.is_empty())
            .map(|(place, training)| (training.run.name(), tokens.series(place).0))
            .collect();
        if named.is_empty() {
            let text = "The curves begin with the first epoch.";
            ui.label(RichText::new(text).small().color(tokens.muted));
            return;
        }
        plot::heading(ui, tokens, "accuracy on test images, %", &named, &mut self.hidden);
        plot::quiet(ui, tokens);
        let (x, y) = ((Scale::Linear, plot::number as plot::Label), plot::percent as plot::Label);
        plot::plot("from scratch", tokens, x, (Scale::Linear, y))
            .height(ui.available_height() - 18.0)
            .include_x(0.0)
            .show(ui, |plot| {
                for (place, training) in trainings.iter().enumerate() {
                    if self.hidden.contains(&training.run.name()) {
                        continue;
                    }
                    let epochs = training.run.state.scratch_epochs.iter();
                    let points: Vec<[f64; 2]> = epochs
                        .filter(|epoch| epoch.accuracy.is_finite())
                        .map(|epoch| [(epoch.epoch + 1) as f64, epoch.accuracy])
                        .collect();
                    plot.line(plot::series(&training.run.name(), points, tokens.series(place)));
                }
            });
        plot::foot(ui, tokens, "epoch");
    }
}
