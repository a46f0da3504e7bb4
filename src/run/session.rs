//! What all phases of a run share: device, images, folder, journal, and the talk with the face.

use std::collections::VecDeque;

use super::RunError;
use super::checkpoint::{Checkpoint, Position};
use super::device;
use super::folder::OwnedRunFolder;
use super::images::Images;
use super::journal::JournalFile;
use super::link::Link;
use super::saved::SearchState;
use super::setup::{Device, Sources};
use crate::gpu::Gpu;
use crate::nn::{Tensors, first_nonfinite};
use crate::platform::clock::Stopwatch;
use crate::platform::random::Streams;
use crate::protocol::command::Command;
use crate::protocol::config::{Config, Targets};
use crate::protocol::event::Event;
use crate::protocol::facts::{Memory, Phase, RunStart, SpaceSummary};
use crate::protocol::state::RunState;
use crate::space::{Architecture, CostTable, Space};

/// Whether a phase goes on.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Flow {
    /// To the next step.
    Continue,
    /// The face wants the end.
    Stop,
    /// Save, then go on.
    Save,
    /// Measure this architecture, then go on.
    Evaluate(Architecture),
    /// Generate for this budget, then go on.
    Generate(u64),
}

/// A run under way.
pub(super) struct Session {
    pub(super) gpu: Gpu,
    pub(super) config: Config,
    pub(super) space: Space,
    pub(super) costs: CostTable,
    pub(super) targets: Targets,
    pub(super) images: Images,
    pub(super) streams: Streams,
    pub(super) folder: OwnedRunFolder,
    pub(super) state: RunState,
    journal: JournalFile,
    link: Link,
    paused: bool,
    /// Wishes that wait, the oldest first.
    deferred: VecDeque<Flow>,
    since_save: Stopwatch,
    steps_since_save: u64,
    phase_clock: Stopwatch,
    earlier_seconds: f64,
    /// What was told last of the device's memory.
    memory: Memory,
}

/// A checkpoint that a session goes on from.
pub(super) type Loaded = Checkpoint<SearchState>;

impl Session {
    /// Begins or continues the journal.
    pub(super) async fn open(
        sources: &Sources,
        device: Device,
        folder: OwnedRunFolder,
        from: Option<&Loaded>,
        most_images: usize,
        link: Link,
    ) -> Result<Self, RunError> {
        let Device { gpu, mut images } = device;
        images.limit(most_images);
        let (config, space) = (sources.config.clone(), sources.space.clone());
        let path = folder.folder().journal();
        // A run that was killed before its first checkpoint begins anew.
        let position = from.map_or(0, |c| c.position.journal);
        let (journal, records) = JournalFile::open_at(&path, position)?;
        let state = RunState::replay(&records);
        let elsewhere = state.start.as_ref().and_then(|start| device::go_on(&gpu, &start.device));
        let start = RunStart {
            config: config.clone(),
            device: device::summary(&gpu),
            data: sources.summary()?,
            space: space_summary(&space),
        };
        let mut session = Session {
            streams: Streams::new(config.general.seed),
            gpu,
            costs: space.cost_table(config.general.constraint),
            targets: sources.targets,
            config,
            space,
            images,
            folder,
            state,
            journal,
            link,
            paused: false,
            deferred: VecDeque::new(),
            since_save: Stopwatch::start(),
            steps_since_save: 0,
            phase_clock: Stopwatch::start(),
            earlier_seconds: 0.0,
            memory: Memory::default(),
        };
        if session.state.start.is_none() {
            session.emit(Event::RunStarted(Box::new(start))).await?;
        }
        if let Some(message) = elsewhere {
            session.emit(Event::Warning { message }).await?;
        }
        Ok(session)
    }

    /// The link, for a session that takes over after this one.
    pub(super) fn into_link(self) -> (Link, OwnedRunFolder) {
        (self.link, self.folder)
    }

    /// Writes an event down and tells it, and after a step what the device holds by then.
    pub(super) async fn emit(&mut self, event: Event) -> Result<(), RunError> {
        let works = matches!(
            event,
            Event::SupernetStep(_)
                | Event::GeneratorStep(_)
                | Event::ScratchEpoch(_)
                | Event::Evaluated(_)
        );
        self.tell(event).await?;
        let pool = self.gpu.pool();
        // In whole MiB, as people are told it.
        if !works || pool.allocated >> 20 == self.memory.held >> 20 {
            return Ok(());
        }
        let (largest_buffer, cap) = (self.gpu.largest_buffer(), self.gpu.capacity());
        self.memory = Memory { held: pool.allocated, peak: pool.peak, largest_buffer, cap };
        self.tell(Event::Memory(self.memory)).await
    }

    async fn tell(&mut self, event: Event) -> Result<(), RunError> {
        let record = self.journal.append(&event)?;
        self.state.apply(&event);
        self.link.send(record).await;
        Ok(())
    }

    /// Begins a phase, or goes on with it after `seconds` of earlier work.
    pub(super) async fn begin(
        &mut self,
        phase: Phase,
        resumed: Option<f64>,
    ) -> Result<(), RunError> {
        self.phase_clock = Stopwatch::start();
        self.earlier_seconds = resumed.unwrap_or(0.0);
        match resumed {
            Some(_) => Ok(()),
            None => {
                self.emit(Event::PhaseStarted { phase }).await?;
                self.warn_of_parts(phase).await
            }
        }
    }

    /// Batch norms see the parts of a batch, so that parts change a result.
    async fn warn_of_parts(&mut self, phase: Phase) -> Result<(), RunError> {
        let (key, batch) = match phase {
            Phase::Supernet => ("supernet.batch", self.config.supernet.batch),
            Phase::Generator => ("generator.batch", self.config.generator.batch),
            Phase::Scratch => ("scratch.batch", self.config.scratch.batch),
            Phase::Evaluate => return Ok(()),
        };
        let most = self.images.most();
        if batch <= most {
            return Ok(());
        }
        let message = format!(
            "`{key}` = {batch}, but this adapter takes at most {most} images of this size at a time: \
             batches come in equal parts"
        );
        self.emit(Event::Warning { message }).await
    }

    /// Ends a phase.
    pub(super) async fn end(&mut self, phase: Phase) -> Result<(), RunError> {
        let seconds = self.seconds();
        self.emit(Event::PhaseEnded { phase, seconds }).await
    }

    /// Computing time of the phase so far, without pauses, to the millisecond.
    pub(super) fn seconds(&self) -> f64 {
        (1e3 * (self.earlier_seconds + self.phase_clock.seconds())).round() / 1e3
    }

    /// Counts a step; true when it is time to save.
    pub(super) fn save_is_due(&mut self, steps: u64) -> bool {
        self.steps_since_save += steps;
        let c = &self.config.checkpoint;
        (c.every_steps > 0 && self.steps_since_save >= c.every_steps)
            || (c.every_seconds > 0.0 && self.since_save.seconds() >= c.every_seconds)
    }

    /// Saves a checkpoint; the journal on disk then reaches up to here. One that holds a value that
    /// is not finite is never written: the run goes on from the one before.
    pub(super) async fn save(
        &mut self,
        phase: Phase,
        (step, epoch): (u64, u64),
        tensors: &Tensors,
        state: &SearchState,
    ) -> Result<(), RunError> {
        if let Some((name, ..)) = first_nonfinite(tensors) {
            let symptom = Some(format!("the tensor {name}"));
            let step = step.saturating_sub(1);
            return Err(RunError::Diverged { phase, step, symptom, origin: None });
        }
        self.emit(Event::Checkpoint { phase, step }).await?;
        let journal = self.journal.sync()?;
        let position = Position { phase, step, epoch, journal, seconds: self.seconds() };
        let keep = self.config.checkpoint.keep;
        self.folder.folder().checkpoints().save(position, tensors, state, keep)?;
        self.since_save = Stopwatch::start();
        self.steps_since_save = 0;
        Ok(())
    }

    /// Puts wishes off until the next steps ask for them.
    pub(super) fn defer(&mut self, wishes: impl IntoIterator<Item = Flow>) {
        self.deferred.extend(wishes);
    }

    /// What the face wants; called between steps. Waits while paused.
    pub(super) async fn next_wish(&mut self) -> Result<Flow, RunError> {
        if let Some(wish) = self.deferred.pop_front() {
            return Ok(wish);
        }
        loop {
            let command = match self.paused {
                true => {
                    let pause = Stopwatch::start();
                    let command = self.link.wait().await;
                    self.earlier_seconds -= pause.seconds();
                    Some(command)
                }
                false => self.link.command(),
            };
            match command {
                None => return Ok(Flow::Continue),
                Some(Command::Stop) => return Ok(Flow::Stop),
                Some(Command::Save) => return Ok(Flow::Save),
                Some(Command::Pause) => self.paused = true,
                Some(Command::Start | Command::Resume) => self.paused = false,
                Some(Command::Step) => return Ok(Flow::Continue),
                Some(Command::Evaluate(a)) => return Ok(Flow::Evaluate(a)),
                Some(Command::SetConstraint(budget)) => return Ok(Flow::Generate(budget)),
                Some(Command::Set { key, value }) => match self.config.set_live(&key, &value) {
                    Ok(()) => self.emit(Event::SettingChanged { key, value }).await?,
                    Err(e) => self.emit(Event::Warning { message: e.to_string() }).await?,
                },
            }
        }
    }
}

fn space_summary(space: &Space) -> SpaceSummary {
    let (min, max) = space.cost_range();
    SpaceSummary {
        layers: space.layers().len(),
        macs: [min.macs, max.macs],
        params: [min.params, max.params],
        // 80 multisets of 2 to 6 kernels a layer (section 7 of the specification).
        log10_size: space.layers().len() as f64 * 80f64.log10(),
    }
}
