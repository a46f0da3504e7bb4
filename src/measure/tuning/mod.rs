//! Which variants of the kernels are the fastest on an adapter: measured once for an adapter with its
//! driver, kept among the user's caches, known to the process from then on.

mod cache;
mod rounds;
mod work;

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use crate::gpu::{AdapterChoice, AdapterReport, Gpu, KernelStyle, shaders};
use crate::platform::cache::folder;

/// The style of the adapter's class stays unless the middle round of another takes less than this share of
/// its fastest: noise must not choose, since styles round differently and a seed is to give the same bits.
const CLEARLY_LESS: f64 = 0.9;

/// What the rounds of a style take, ms.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Times {
    /// The fastest of them.
    pub fastest: f64,
    /// The middle one.
    pub median: f64,
}

/// What each style takes on an adapter.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Tuning {
    /// Times of the same piece of training by style; what failed is left out.
    pub ms: BTreeMap<KernelStyle, Times>,
}

impl Tuning {
    /// What an adapter runs whose class has the style `own` and which can run those in `able`.
    pub fn style(&self, own: KernelStyle, able: &[KernelStyle]) -> KernelStyle {
        let Some(of_own) = self.ms.get(&own) else { return own };
        let others = self.ms.iter().filter(|(style, _)| able.contains(style));
        match others.min_by(|(_, a), (_, b)| a.median.total_cmp(&b.median)) {
            Some((&style, times)) if times.median < CLEARLY_LESS * of_own.fastest => style,
            _ => own,
        }
    }

    /// "tiles 1.20 ms, registers 3.41 ms": by rising time.
    pub fn in_words(&self) -> String {
        let mut all: Vec<_> = self.ms.iter().collect();
        all.sort_by(|(_, a), (_, b)| a.median.total_cmp(&b.median));
        let words = all.iter().map(|(style, times)| format!("{style} {:.2} ms", times.median));
        words.collect::<Vec<_>>().join(", ")
    }
}

/// What this process knows, by the adapter's identity.
static KNOWN: Mutex<BTreeMap<String, Tuning>> = Mutex::new(BTreeMap::new());

fn known() -> MutexGuard<'static, BTreeMap<String, Tuning>> {
    KNOWN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What an adapter's times are kept by: those of other kernels say nothing of these.
fn key(adapter: &AdapterReport) -> String {
    let mut kernels = crc32fast::Hasher::new();
    for shader in shaders::ALL {
        kernels.update(shader.wgsl.as_bytes());
    }
    format!("{}, kernels {:08x}", adapter.identity(), kernels.finalize())
}

/// The style for an adapter, of which `gpu` is a device in the style of its class: measured if it is
/// neither known nor in the user's cache, which `tell` says before. Where it cannot be measured, that of
/// the class. Whoever asks meanwhile waits, so that nothing is measured twice or beside something else.
pub fn tuned(gpu: &Gpu, choice: &AdapterChoice, tell: &dyn Fn(&AdapterReport)) -> KernelStyle {
    let mut known = known();
    let tuning = known.entry(key(gpu.adapter())).or_insert_with_key(|identity| {
        let folder = folder();
        let cached = folder.as_ref().and_then(|folder| cache::read(folder, identity));
        cached.unwrap_or_else(|| {
            tell(gpu.adapter());
            let Ok(measured) = rounds::measure(choice) else { return Tuning::default() };
            if let Some(folder) = folder {
                // A cache that cannot be written costs the next start some seconds.
                let _ = cache::keep(&folder, identity, &measured);
            }
            measured
        })
    });
    tuning.style(gpu.style(), &gpu.styles())
}

/// What was measured of an adapter, now or before; nothing is measured for it.
pub fn tuning(adapter: &AdapterReport) -> Option<Tuning> {
    let identity = key(adapter);
    let now = known().get(&identity).cloned();
    now.or_else(|| cache::read(&folder()?, &identity)).filter(|tuning| !tuning.ms.is_empty())
}

#[cfg(test)]
mod tests {
    use super::KernelStyle::{Registers, Subgroups, Tiles};
    use super::*;

    /// Styles whose fastest round takes a twentieth less than their middle one.
    fn of(medians: &[(KernelStyle, f64)]) -> Tuning {
        let times = |&(style, median)| (style, Times { fastest: 0.95 * median, median });
        Tuning { ms: medians.iter().map(times).collect() }
    }

    #[test]
    fn the_style_of_the_class_stays_unless_another_is_clearly_faster() {
        let all = [Registers, Subgroups, Tiles];
        let close = of(&[(Tiles, 1.0), (Registers, 0.86)]);
        assert_eq!(close.style(Tiles, &all), Tiles);
        let clear = of(&[(Tiles, 1.0), (Registers, 0.85), (Subgroups, 0.8)]);
        assert_eq!(clear.style(Tiles, &all), Subgroups);
        assert_eq!(clear.style(Tiles, &[Registers, Tiles]), Registers);
        assert_eq!(clear.style(Subgroups, &all), Subgroups);
    }

    #[test]
    fn what_was_not_measured_changes_nothing() {
        let all = [Registers, Tiles];
        assert_eq!(Tuning::default().style(Tiles, &all), Tiles);
        assert_eq!(of(&[(Registers, 0.1)]).style(Tiles, &all), Tiles);
        assert_eq!(of(&[(Tiles, 0.1)]).style(Tiles, &all), Tiles);
    }

    #[test]
    fn the_figures_are_told_by_rising_time() {
        let words = of(&[(Registers, 3.414), (Tiles, 1.2)]).in_words();
        assert_eq!(words, "tiles 1.20 ms, registers 3.41 ms");
    }
}
