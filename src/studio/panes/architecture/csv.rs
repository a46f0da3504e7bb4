//! The numbers of an architecture: a line a part of the network.

use std::fmt::Write as _;

use crate::space::Part;
use crate::studio::state::Network;

/// Parts in order with kernels, shapes, stride and cost.
pub(super) fn of(network: &Network) -> String {
    let mut text = String::from(
        "part,kernels,input channels,width,output channels,output height,output width,stride,macs,params\n",
    );
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
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{name},{},{},{},{},{},{},{},{},{}",
            kernels.join(" "),
            part.input.channels,
            part.width,
            output.channels,
            output.height,
            output.width,
            part.stride,
            cost.macs,
            cost.params
        );
    }
    text
}
