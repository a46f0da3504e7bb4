//! The probe as a task: how fast the adapter is, for the expected times of the start page. It ends
//! early where something better is to be computed.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::mail::Mail;
use crate::gpu::{AdapterChoice, Gpu};
use crate::measure::best_product;
use crate::platform::task::{self, Task};
use crate::protocol::pace::Pace;
use crate::run::RunError;
use crate::run::probe::probe;
use crate::space::{PRESETS, Space};
use crate::studio::backend::{Probing, Report};

/// A probe under way, or ended.
pub(super) struct Prober {
    stop: Arc<AtomicBool>,
    task: Task<()>,
}

impl Prober {
    /// Starts it; an adapter that is among those known is only named.
    pub(super) fn start(
        known: Vec<String>,
        adapter: AdapterChoice,
        mail: Mail,
    ) -> Result<Self, RunError> {
        let stop = Arc::<AtomicBool>::default();
        let stopped = stop.clone();
        let work = async move || {
            if let Err(error) = work(&known, &adapter, &mail, &stopped).await {
                mail.send(Report::Trouble(error.to_string()));
                let (adapter, paces, standing) = (String::new(), BTreeMap::new(), Probing::Ended);
                mail.send(Report::Probed { adapter, paces, standing });
            }
        };
        let task = task::spawn("probe", work).map_err(RunError::Thread)?;
        Ok(Self { stop, task })
    }

    /// Lets it end after the present step.
    pub(super) fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// The same, and waits until it has.
    pub(super) async fn end(self) {
        self.stop();
        let _ = self.task.end().await;
    }
}

async fn work(
    known: &[String],
    adapter: &AdapterChoice,
    mail: &Mail,
    stop: &AtomicBool,
) -> Result<(), RunError> {
    let gpu = Gpu::open(adapter).await?;
    let of = gpu.adapter();
    let name = of.identity();
    let tell = |paces: &BTreeMap<String, _>, standing| {
        mail.send(Report::Probed { adapter: name.clone(), paces: paces.clone(), standing });
    };
    let mut paces = BTreeMap::new();
    if known.contains(&name) {
        tell(&paces, Probing::Ended);
        return Ok(());
    }
    if of.kind == "software" {
        // Something to go by at once: there it takes seconds to make the kernels of a step.
        let rate = best_product(&gpu)?;
        for (preset, _) in PRESETS {
            paces.insert(preset.to_owned(), Pace::rough(&Space::preset(preset)?, rate));
        }
        tell(&paces, Probing::UnderWay);
    }
    let goes_on = || !stop.load(Ordering::Relaxed);
    probe(&gpu, &goes_on, &mut |preset, pace| {
        paces.insert(preset.to_owned(), pace);
        tell(&paces, Probing::UnderWay);
    })
    .await?;
    tell(&paces, if goes_on() { Probing::Ended } else { Probing::Stopped });
    Ok(())
}
