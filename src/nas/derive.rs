//! Inheritance: the weights of a sub-network, taken from the supernet. The per-candidate batch norms
//! of a block become the derived block's one, so that the outputs are exactly those of the path.

use crate::nn::{HostTensor, Tensors};
use crate::space::{Architecture, MIN_EXPANSION, SUB_BLOCKS};

/// The state of the derived network (without squeeze-excite, ReLU6) for `architecture`, from the
/// supernet's. `None` where the supernet's state lacks a tensor or has one of another shape, and
/// where a layer has one sub-block: its derived block has no expansion, the supernet's always has.
pub fn inherit(supernet: &Tensors, architecture: &Architecture) -> Option<Tensors> {
    let mut out = Tensors::new();
    let take = |name: &str| supernet.get(name).cloned();
    for unit in ["stem", "last"] {
        copy_unit(supernet, &mut out, unit, unit)?;
    }
    out.insert("first.sub0.weight".into(), take("first.dw.weight")?);
    copy_norm(supernet, &mut out, "first.dw.bn", "first.dw.bn")?;
    copy_unit(supernet, &mut out, "first.pw", "first.pw2")?;
    for name in ["classifier.weight", "classifier.bias"] {
        out.insert(name.into(), take(name)?);
    }
    for (i, kernels) in architecture.kernels().iter().enumerate() {
        let (layer, e) = (format!("layer{i}"), kernels.len());
        if e < MIN_EXPANSION {
            return None;
        }
        let HostTensor { shape: dims, values: w } = supernet.get(&format!("{layer}.pw1.weight"))?;
        let (wide, c) = (*dims.first()?, *dims.get(1)?);
        let keep = e * c;
        let values = w.get(..keep * c)?.to_vec();
        out.insert(
            format!("{layer}.pw1.weight"),
            HostTensor { shape: vec![keep, c, 1, 1], values },
        );
        for stat in STATS {
            let name = format!("{layer}.pw1.bn.{stat}");
            let values = supernet.get(&name)?.values.get(..keep)?.to_vec();
            out.insert(name, HostTensor { shape: vec![keep], values });
            let mut joined = Vec::with_capacity(keep);
            for (b, k) in kernels.iter().enumerate() {
                joined.extend(&supernet.get(&format!("{layer}.sub{b}.k{k}.bn.{stat}"))?.values);
            }
            let joined = HostTensor { shape: vec![keep], values: joined };
            out.insert(format!("{layer}.dw.bn.{stat}"), joined);
        }
        for (b, k) in kernels.iter().enumerate() {
            let weight = take(&format!("{layer}.sub{b}.k{k}.weight"))?;
            out.insert(format!("{layer}.sub{b}.weight"), weight);
        }
        let HostTensor { shape: dims, values: w } = supernet.get(&format!("{layer}.pw2.weight"))?;
        let values = w.chunks_exact(wide).flat_map(|row| row[..keep].to_vec()).collect();
        let shape = vec![*dims.first()?, keep, 1, 1];
        out.insert(format!("{layer}.pw2.weight"), HostTensor { shape, values });
        let shadow = (0..=SUB_BLOCKS - e).rev().map(|s| format!("{layer}.sbn{s}"));
        let shadow = shadow.into_iter().find(|n| supernet.contains_key(&format!("{n}.weight")))?;
        copy_norm(supernet, &mut out, &shadow, &format!("{layer}.pw2.bn"))?;
    }
    Some(out)
}

const STATS: [&str; 4] = ["weight", "bias", "running_mean", "running_var"];

fn copy_norm(from: &Tensors, to: &mut Tensors, old: &str, new: &str) -> Option<()> {
    for stat in STATS {
        to.insert(format!("{new}.{stat}"), from.get(&format!("{old}.{stat}"))?.clone());
    }
    Some(())
}

fn copy_unit(from: &Tensors, to: &mut Tensors, old: &str, new: &str) -> Option<()> {
    to.insert(format!("{new}.weight"), from.get(&format!("{old}.weight"))?.clone());
    copy_norm(from, to, &format!("{old}.bn"), &format!("{new}.bn"))
}
