//! What the drawings say under the pointer.

use eframe::egui::{Response, RichText};

use crate::protocol::quantity::{percent, short};
use crate::space::{OPS, Part, PartCost, SUB_BLOCKS};

/// A layer: expansion, shapes, cost.
pub(super) fn layer(response: &Response, part: Option<&PartCost>) {
    let Some(part) = part else { return };
    let Part::Layer(index) = part.part else { return };
    let cost = part.cost();
    let title = format!("layer {}, expansion {}", index + 1, part.kernels.len());
    let (input, output) = (part.input, part.output);
    let shapes = format!(
        "{} → {} → {} channels, {} × {} px",
        input.channels, part.width, output.channels, output.height, output.width
    );
    let stride = if part.stride == 2 { ", stride 2" } else { "" };
    let costs = format!("{} MACs · {} parameters{stride}", short(cost.macs), short(cost.params));
    let response = response.clone();
    response.on_hover_ui_at_pointer(|ui| {
        ui.label(RichText::new(title).strong());
        ui.label(RichText::new(shapes).small());
        ui.label(RichText::new(costs).small());
    });
}

/// The probabilities of a layer, a line a sub-block.
pub(super) fn weights(response: &Response, layer: Option<usize>, probabilities: &[f32]) {
    let Some(layer) = layer else { return };
    let all = probabilities.chunks_exact(SUB_BLOCKS * OPS).nth(layer);
    let Some(values) = all else { return };
    let line = |(cell, shares): (usize, &[f32; OPS])| {
        let share = |at: usize| percent(f64::from(shares[at]));
        format!(
            "part {}: 3×3 {}, 5×5 {}, 7×7 {}, skip {}",
            cell + 1,
            share(0),
            share(1),
            share(2),
            share(3)
        )
    };
    let lines: Vec<String> = values.as_chunks::<OPS>().0.iter().enumerate().map(line).collect();
    let response = response.clone();
    response.on_hover_ui_at_pointer(|ui| {
        ui.label(RichText::new(format!("layer {}", layer + 1)).strong());
        ui.label(RichText::new(lines.join("\n")).small());
    });
}
