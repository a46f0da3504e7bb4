//! Everything the panes draw, folded from reports: the open run, the generator's answers, the
//! architecture in view, what was measured, runs and adapters, troubles. It draws nothing.

mod log;
mod network;
mod open_run;
mod pins;
mod replay;
mod training;

use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};

pub use log::{Level, Line, Log};
pub use network::{Accuracy, Network, Source};
pub use open_run::{Live, OpenRun};
pub use pins::{Pin, Pins};
pub use replay::{Replay, Seek};
pub use training::Training;

use super::backend::{Adapter, Answer, Ending, KeptPin, Probing, Report, RunEntry};
use super::link::Link;
use super::scale;
use crate::platform::clock::{self, Stopwatch};
use crate::protocol::facts::{Evaluated, Latency, Origin};
use crate::protocol::pace::Pace;
use crate::protocol::{Event, RunState};
use crate::space::{Architecture, Budget, Cost, LatencyTable, Metric};

/// Whether budgets are answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Generator {
    /// Yes.
    Ready,
    /// Not yet, for this reason.
    Waiting(String),
}

/// What the studio knows.
pub struct Studio {
    /// The run in view.
    pub run: Option<OpenRun>,
    /// Whether the start page stands in the place of the panes.
    pub start_page: bool,
    /// Whether its generator answers.
    pub generator: Generator,
    /// The limits that the sliders stand at.
    pub budget: Budget,
    /// The newest answer.
    pub answer: Option<Answer>,
    /// The architecture in view.
    pub network: Option<Network>,
    /// The one that is being measured now, and how far that is, 0 to 1.
    pub measuring: Option<(Architecture, f32)>,
    /// Accuracies measured on request.
    pub measured: BTreeMap<Architecture, Result<f64, String>>,
    /// The one that is being timed now.
    pub timing: Option<Architecture>,
    /// Latencies measured on request.
    pub latencies: BTreeMap<Architecture, Result<Latency, String>>,
    /// The times of the blocks of the run in view, on whatever adapter they were measured.
    times: Option<LatencyTable>,
    /// How many blocks of how many are timed, while they are.
    pub timing_blocks: Option<(usize, usize)>,
    /// Random architectures that were measured on request, in the order of their numbers.
    pub drawn: Vec<Evaluated>,
    /// How many more of them are on their way.
    pub drawing: u64,
    /// The pinned architectures of the run in view.
    pub pins: Pins,
    /// Those of an earlier session, until the space is known.
    kept: Vec<KeptPin>,
    /// Trainings from scratch that belong to the run in view, in the order of their numbers.
    pub trainings: Vec<Training>,
    /// Settings of the next run that differ from its preset, by key.
    pub next_run: BTreeMap<String, String>,
    /// The file that was written last.
    pub saved: Option<PathBuf>,
    /// Whether a person is asked where a file is to go.
    pub ask_where: bool,
    /// How large everything is drawn, in percent.
    pub scale: u32,
    /// What has arrived of the images, of all, 0 to 1, while they are fetched.
    pub fetched: Option<f64>,
    /// The address of the page without its fragment, to make links from; `None` outside browsers.
    pub address: Option<String>,
    /// What a link asks of the next run.
    pub linked: Option<Link>,
    /// Adapters, best first.
    pub adapters: Vec<Adapter>,
    /// Runs, newest first; `None` until they were listed.
    pub runs: Option<Vec<RunEntry>>,
    /// The paces of the presets' trainings on this adapter, as far as they are known.
    pub paces: BTreeMap<String, Pace>,
    /// How far the probe is that measures them.
    pub probing: Probing,
    /// The states of runs that were read to be compared, by folder.
    pub read: BTreeMap<PathBuf, RunState>,
    /// The records of the run in view, if they are shown again.
    pub replay: Option<Replay>,
    /// What the open run and the studio have told.
    pub log: Log,
    /// The newest trouble, until it is put away.
    pub trouble: Option<String>,
    /// From the move of a slider to the end of the frame that draws its answer, ms; the newest ones
    /// last.
    pub answer_times: VecDeque<f64>,
    /// Budgets that were asked for and are not answered yet, and since when.
    asked: VecDeque<(Budget, Stopwatch)>,
    /// Since when the answer that has come, and that no frame has drawn yet, was asked for.
    undrawn: Option<Stopwatch>,
    clock: Stopwatch,
}

/// Answer times that are kept.
const ANSWER_TIMES: usize = 240;

impl Default for Studio {
    fn default() -> Self {
        Self {
            run: None,
            start_page: true,
            generator: Generator::Waiting("no run is open".to_owned()),
            budget: Budget::default(),
            answer: None,
            network: None,
            measuring: None,
            measured: BTreeMap::new(),
            timing: None,
            latencies: BTreeMap::new(),
            times: None,
            timing_blocks: None,
            drawn: Vec::new(),
            drawing: 0,
            pins: Pins::default(),
            kept: Vec::new(),
            trainings: Vec::new(),
            next_run: BTreeMap::new(),
            saved: None,
            fetched: None,
            ask_where: false,
            scale: scale::NORMAL,
            address: None,
            linked: None,
            adapters: Vec::new(),
            runs: None,
            paces: BTreeMap::new(),
            probing: Probing::default(),
            read: BTreeMap::new(),
            replay: None,
            log: Log::default(),
            trouble: None,
            answer_times: VecDeque::new(),
            asked: VecDeque::new(),
            undrawn: None,
            clock: Stopwatch::start(),
        }
    }
}

impl Studio {
    /// Takes in a report.
    pub fn apply(&mut self, report: Report) {
        match report {
            Report::Adapters(adapters) => self.adapters = adapters,
            Report::Probed { paces, standing, .. } => {
                self.paces.extend(paces);
                self.probing = standing;
            }
            Report::Runs(runs) => self.runs = Some(runs),
            Report::Opened { folder, records, live } => {
                let mut run = OpenRun::new(folder, live);
                run.apply(&records, self.clock.seconds());
                self.forget();
                records.iter().for_each(|record| self.log.record(record));
                self.run = Some(run);
                self.take_up();
            }
            Report::Read { folder, records } => {
                self.read.insert(folder, RunState::replay(&records));
            }
            Report::Replay { folder, records } => {
                self.forget();
                self.generator = Generator::Waiting("a replay answers no budgets".to_owned());
                let run = OpenRun { live: Live::Replay, ..OpenRun::new(folder, false) };
                self.run = Some(run);
                self.replay = Some(Replay::new(records));
            }
            Report::Deleted(folder) => {
                self.read.remove(&folder);
                if let Some(runs) = &mut self.runs {
                    runs.retain(|run| run.folder != folder);
                }
                if self.run.as_ref().is_some_and(|run| run.folder == folder) {
                    self.forget();
                    self.run = None;
                }
            }
            Report::Events(records) => {
                let now = self.clock.seconds();
                for record in &records {
                    self.log.record(record);
                    if let Event::Warning { message } = &record.event {
                        self.trouble = Some(message.clone());
                    }
                }
                if let Some(run) = &mut self.run {
                    run.apply(&records, now);
                }
                self.take_up();
            }
            Report::Ended(ending) => {
                if let Some(run) = &mut self.run {
                    run.live = match ending {
                        Ok(Ending::Finished) => Live::Finished,
                        Ok(Ending::Stopped) | Err(_) => Live::Stored,
                    };
                }
                if let Err(why) = ending {
                    self.complain(why);
                }
            }
            // A replay shows what was, not what could be asked now.
            Report::Generator(_) if self.replay.is_some() => {}
            Report::Generator(Ok(())) => self.generator = Generator::Ready,
            Report::Generator(Err(why)) => self.generator = Generator::Waiting(why),
            Report::Answered(answer) => self.answered(answer),
            Report::Measuring { architecture, done, of } => {
                if let Some((measured, share)) = &mut self.measuring
                    && *measured == architecture
                {
                    *share = done as f32 / of.max(1) as f32;
                }
            }
            Report::Measured { architecture, accuracy } => {
                self.measuring.take_if(|(measured, _)| *measured == architecture);
                self.measured.insert(architecture, accuracy);
            }
            Report::Timed { architecture, latency } => {
                if self.timing.as_ref() == Some(&architecture) {
                    self.timing = None;
                }
                self.latencies.insert(architecture, latency);
            }
            Report::TimingBlocks { done, of } => self.timing_blocks = Some((done, of)),
            Report::BlocksTimed(timed) => {
                self.timing_blocks = None;
                match timed {
                    Ok(times) => self.times = Some(times),
                    Err(why) => self.complain(why),
                }
            }
            Report::Drawn { left, measured } => match measured {
                Ok(one) => {
                    self.drawn.push(one);
                    // A stop is not taken back by what was under way.
                    self.drawing = self.drawing.min(left);
                }
                Err(why) => {
                    self.drawing = 0;
                    self.complain(why);
                }
            },
            Report::Training { folder, architecture, records, live } => {
                let now = self.clock.seconds();
                let new = Training::new(folder, architecture, &records, live, now);
                match self.trainings.iter_mut().find(|old| old.run.folder == new.run.folder) {
                    Some(old) => *old = new,
                    None => self.trainings.push(new),
                }
            }
            Report::TrainingEvents { folder, records } => {
                let now = self.clock.seconds();
                if let Some(training) = self.training_in(&folder) {
                    training.run.apply(&records, now);
                }
            }
            Report::TrainingEnded { folder, ending } => {
                if let Some(training) = self.training_in(&folder) {
                    training.run.live = match ending {
                        Ok(Ending::Finished) => Live::Finished,
                        Ok(Ending::Stopped) | Err(_) => Live::Stored,
                    };
                }
                if let Err(why) = ending {
                    self.complain(why);
                }
            }
            Report::Fetched { done, of } => {
                self.fetched = (done < of).then(|| done as f64 / of as f64);
            }
            Report::Dropped(_) if self.run.is_none() => {
                self.complain("open a run first: an architecture is shown in its space".to_owned());
            }
            Report::Dropped(architecture) => self.show(architecture, Source::Edited),
            Report::DrawnBefore(drawn) => self.drawn = drawn,
            Report::PinsBefore(pins) => {
                self.kept = pins;
                self.pin_kept();
            }
            Report::Saved(path) => self.saved = Some(path),
            // The app and its start page take them.
            Report::Chosen(_)
            | Report::Unpacked { .. }
            | Report::Images { .. }
            | Report::Linked(_) => {}
            Report::Checked { told, .. } => self.trouble = Some(told),
            Report::Trouble(what) => self.complain(what),
        }
    }

    /// Whether this is a page, where files have no places and are dropped or chosen.
    pub fn in_page(&self) -> bool {
        self.address.is_some()
    }

    /// Moves the replay on by so many seconds, if there is one and it plays.
    pub fn play(&mut self, seconds: f64) {
        let Some(replay) = &mut self.replay else { return };
        let now = replay.position();
        let due = replay.advance(seconds);
        if let Some(run) = &mut self.run {
            run.apply(due, now);
        }
        due.iter().for_each(|record| self.log.record(record));
        self.take_up();
    }

    /// Steers the replay, if there is one.
    pub fn seek(&mut self, seek: Seek) {
        let (Some(replay), Some(run)) = (&mut self.replay, &mut self.run) else { return };
        if replay.seek(seek) {
            let folder = std::mem::take(&mut run.folder);
            *run = OpenRun { live: Live::Replay, ..OpenRun::new(folder, false) };
            self.log = Log::default();
            self.network = None;
            self.play(0.0);
        }
    }

    /// Seconds since the studio was opened.
    pub fn now(&self) -> f64 {
        self.clock.seconds()
    }

    /// Notes that an answer to [`Studio::budget`] was asked for.
    pub fn asking(&mut self) {
        self.asked.push_back((self.budget, Stopwatch::start()));
    }

    /// Notes that a frame was drawn, and with it the answer that had come.
    pub fn frame_drawn(&mut self) {
        let Some(asked) = self.undrawn.take() else { return };
        if self.answer_times.len() == ANSWER_TIMES {
            self.answer_times.pop_front();
        }
        self.answer_times.push_back(asked.milliseconds());
    }

    /// The times of the blocks of the run in view, once they were measured on an adapter of this
    /// machine; a run folder may come from another.
    pub fn times(&self) -> Option<&LatencyTable> {
        let here = |name: &String| self.adapters.iter().any(|adapter| adapter.name == *name);
        self.times.as_ref().filter(|times| here(&times.adapter))
    }

    /// Brings an architecture into view; where it does not fit the space the trouble says so.
    pub fn show(&mut self, architecture: Architecture, source: Source) {
        let Some(space) = self.run.as_ref().and_then(|run| run.space.as_ref()) else { return };
        match Network::new(space, architecture, source) {
            Ok(network) => self.network = Some(network),
            Err(error) => self.complain(error.to_string()),
        }
    }

    /// Pins an architecture of the run in view; where that cannot be the trouble says why.
    pub fn pin(&mut self, architecture: Architecture, source: Source) {
        let Some(space) = self.run.as_ref().and_then(|run| run.space.as_ref()) else { return };
        let network = Network::new(space, architecture, source).map_err(|e| e.to_string());
        if let Err(why) = network.and_then(|network| self.pins.add(network)) {
            self.complain(why);
        }
    }

    /// What is known of an architecture's accuracy with inherited weights.
    pub fn accuracy(&self, architecture: &Architecture) -> Accuracy {
        match self.measured.get(architecture) {
            Some(Ok(accuracy)) => return Accuracy::Known(*accuracy),
            Some(Err(why)) => return Accuracy::Unknown(why.clone()),
            None => {}
        }
        if let Some(one) = self.evaluated().rev().find(|one| one.architecture == *architecture) {
            return Accuracy::Known(one.accuracy);
        }
        if let Some((_, share)) = self.measuring.as_ref().filter(|(one, _)| one == architecture) {
            return Accuracy::Measuring(*share);
        }
        Accuracy::Unknown("after a moment".to_owned())
    }

    /// The training from scratch that is under way.
    pub fn training(&self) -> Option<&Training> {
        self.trainings.iter().find(|training| training.run.live.under_way())
    }

    fn training_in(&mut self, folder: &Path) -> Option<&mut Training> {
        self.trainings.iter_mut().find(|training| training.run.folder == folder)
    }

    /// Everything that the run has measured, and then what was drawn at random on request.
    pub fn evaluated(&self) -> impl DoubleEndedIterator<Item = &Evaluated> {
        let told = self.run.iter().flat_map(|run| run.state.evaluated.iter());
        told.chain(&self.drawn)
    }

    /// What was measured one by one on request, at rest, pinned or edited, with its cost.
    pub fn asked_for(&self) -> impl Iterator<Item = (&Architecture, Cost, f64)> {
        let space = self.run.as_ref().and_then(|run| run.space.as_ref());
        self.measured.iter().filter_map(move |(architecture, accuracy)| {
            let accuracy = accuracy.as_ref().ok().copied().filter(|share| share.is_finite())?;
            Some((architecture, space?.cost(architecture, false).ok()?, accuracy))
        })
    }

    /// Cost and accuracy of everything that the run has measured, and of random ones, for the cloud.
    pub fn points(&self, metric: Metric) -> impl Iterator<Item = (Origin, [f64; 2])> + '_ {
        self.evaluated().map(move |one| {
            let cost = match metric {
                Metric::Macs => one.macs,
                Metric::Params => one.params,
            };
            (one.kind, [cost as f64, one.accuracy])
        })
    }

    fn answered(&mut self, answer: Answer) {
        // Those before it were replaced: nobody waits for them any more.
        if let Some(place) = self.asked.iter().rposition(|(budget, _)| *budget == answer.budget) {
            self.undrawn = self.asked.drain(..=place).next_back().map(|(_, since)| since);
        }
        self.show(answer.architecture.clone(), Source::Generated(answer.budget));
        self.answer = Some(answer);
    }

    /// Shows a trouble until it is put away, and notes it.
    fn complain(&mut self, what: String) {
        self.log.trouble(clock::unix_milliseconds(), &what);
        self.trouble = Some(what);
    }

    /// What belonged to the run that was open before.
    fn forget(&mut self) {
        self.generator = Generator::Waiting("the generator has not been trained yet".to_owned());
        self.budget = Budget::default();
        self.asked.clear();
        self.undrawn = None;
        self.answer = None;
        self.network = None;
        self.measuring = None;
        self.measured.clear();
        self.timing = None;
        self.latencies.clear();
        (self.times, self.timing_blocks) = (None, None);
        self.pins = Pins::default();
        self.kept.clear();
        self.replay = None;
        self.log = Log::default();
        self.drawn.clear();
        self.drawing = 0;
        self.trainings.clear();
        self.saved = None;
        self.trouble = None;
    }

    /// The pins as they are kept with their run.
    pub fn pins_to_keep(&self) -> Vec<KeptPin> {
        let pins = self.pins.iter().map(|pin| KeptPin {
            letter: pin.letter,
            architecture: pin.network.architecture.clone(),
            budget: match pin.network.source {
                Source::Generated(budget) => Some(budget),
                Source::Picked | Source::Edited => None,
            },
        });
        pins.collect()
    }

    /// Pins what was pinned in an earlier session, once the space is known; what does not fit it
    /// is left out.
    fn pin_kept(&mut self) {
        let Some(space) = self.run.as_ref().and_then(|run| run.space.as_ref()) else { return };
        for KeptPin { letter, architecture, budget } in self.kept.drain(..) {
            let source = budget.map_or(Source::Picked, Source::Generated);
            if let Ok(network) = Network::new(space, architecture, source) {
                self.pins.restore(letter, network);
            }
        }
    }

    /// A run whose space has become known gets its pins back, and the budget that a link asked for,
    /// or one in the middle of its range.
    fn take_up(&mut self) {
        self.pin_kept();
        let Some(run) = &self.run else { return };
        if self.budget == Budget::default()
            && let (Some(space), Some(start)) = (&run.space, &run.state.start)
        {
            let metric = start.config.general.constraint;
            let (low, high) = space.constraint_range(metric);
            let middle = Budget::new(metric, (0.5 * (low + high)).round() as u64);
            let linked = self.linked.as_ref().map(|link| link.budget);
            self.budget = linked.filter(|asked| *asked != Budget::default()).unwrap_or(middle);
        }
    }
}
