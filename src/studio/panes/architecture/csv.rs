//! The numbers of an architecture: a line a part of the network, and beside a layer what the
//! generator weighed. Those of pinned ones: a line each.

use std::fmt::Write as _;

use crate::space::{OPS, Part, SUB_BLOCKS};
use crate::studio::estimate::Estimate;
use crate::studio::state::{Accuracy, Network, Pin, Studio};
use crate::studio::widgets::difference;

/// Parts in order with kernels, shapes, stride and cost. `probabilities` are those of k3, k5, k7 and
/// skip, [layers x 6 x 4], flat; of another network none.
pub(super) fn of(network: &Network, probabilities: &[f32]) -> String {
    let mut text = String::from(
        "part,kernels,input channels,width,output channels,output height,output width,stride,macs,params,probabilities of 3 5 7 skip by part\n",
    );
    let mut layers = probabilities.chunks_exact(SUB_BLOCKS * OPS);
    for part in &network.parts {
        let name = match part.part {
            Part::Stem => "stem".to_owned(),
            Part::First => "first".to_owned(),
            Part::Layer(index) => format!("layer {}", index + 1),
            Part::Last => "last".to_owned(),
            Part::Classifier => "classifier".to_owned(),
        };
        let kernels: Vec<String> = part.kernels.iter().map(u8::to_string).collect();
        let (output, cost) = (part.output, part.cost());
        let weighed = match part.part {
            Part::Layer(_) => layers.next().unwrap_or_default(),
            _ => &[],
        };
        let weighed: Vec<String> = weighed.iter().map(|share| format!("{share:.4}")).collect();
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{name},{},{},{},{},{},{},{},{},{},{}",
            kernels.join(" "),
            part.input.channels,
            part.width,
            output.channels,
            output.height,
            output.width,
            part.stride,
            cost.macs,
            cost.params,
            weighed.join(" ")
        );
    }
    text
}

/// The pinned architectures beside `base`: costs, accuracies (0 to 1) and in how many parts they are
/// unlike it. What is not known is left empty.
pub(super) fn of_pins(studio: &Studio, base: &Pin) -> String {
    let mut text = format!(
        "pin,macs,params,accuracy inherited,accuracy estimated,parts unlike {},kernels\n",
        base.letter
    );
    let estimate = Estimate::of(studio);
    let number = |share: Option<f64>| share.map_or(String::new(), |share| format!("{share:.4}"));
    for pin in studio.pins.iter() {
        let Network { architecture, cost, .. } = &pin.network;
        let measured = match studio.accuracy(architecture) {
            Accuracy::Known(share) if share.is_finite() => Some(share),
            _ => None,
        };
        let estimated = estimate.as_ref().map(|fit| fit.at(cost.macs as f64));
        let unlike = difference::cells(architecture.kernels(), base.network.architecture.kernels());
        let layer = |kernels: &Vec<u8>| kernels.iter().map(u8::to_string).collect::<String>();
        let layers: Vec<String> = architecture.kernels().iter().map(layer).collect();
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{},{},{},{},{},{unlike},{}",
            pin.letter,
            cost.macs,
            cost.params,
            number(measured),
            number(estimated),
            layers.join(" ")
        );
    }
    text
}
