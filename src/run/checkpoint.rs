//! Checkpoints: the state of a run on disk, whole or not at all.
//!
//! Each is a folder `checkpoints/NNNNNNNN` with `tensors.safetensors`, `state.json` and
//! `checksums` (CRC-32 and length of both). It is written under a temporary name, synced and
//! renamed, so that a kill leaves the older ones untouched; damage is found by the checksums, and
//! the one before is loaded instead.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::RunError;
use crate::nn::tensors::{self, Tensors};
use crate::platform::files;
use crate::protocol::facts::Phase;

const TENSORS: &str = "tensors.safetensors";
const STATE: &str = "state.json";
const CHECKSUMS: &str = "checksums";
/// The version of `state.json`; raised when an older program could not continue from it.
const VERSION: u32 = 1;

/// Where a run stands. Random streams are counted by step, so they need no state of their own.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Position {
    /// The running phase.
    pub phase: Phase,
    /// Its steps so far.
    pub step: u64,
    /// Its epochs so far.
    pub epoch: u64,
    /// Length of the journal in bytes, synced before.
    pub journal: u64,
    /// Computing time of the phase so far.
    pub seconds: f64,
}

/// What a checkpoint holds; `S` is whatever else the run needs to go on.
#[derive(Clone, Debug, PartialEq)]
pub struct Checkpoint<S> {
    /// Where the run stands.
    pub position: Position,
    /// Weights, statistics, optimiser state.
    pub tensors: Tensors,
    /// The rest.
    pub state: S,
}

/// A checkpoint that was loaded.
#[derive(Clone, Debug, PartialEq)]
pub struct Loaded<S> {
    /// The newest that is whole.
    pub checkpoint: Checkpoint<S>,
    /// Newer ones that were passed over, and why.
    pub passed_over: Vec<String>,
}

/// `state.json`.
#[derive(Serialize, Deserialize)]
struct StateFile<S> {
    version: u32,
    position: Position,
    state: S,
}

/// The checkpoints of a run.
#[derive(Clone, Debug)]
pub struct Checkpoints {
    folder: PathBuf,
}

impl Checkpoints {
    /// Those in `folder`, which need not exist yet.
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// Saves a checkpoint and then removes all but the newest `keep` (at least one).
    ///
    /// # Errors
    /// Any failure of the file system; the older checkpoints are then as they were.
    pub fn save<S: Serialize>(
        &self,
        position: Position,
        tensors: &Tensors,
        state: &S,
        keep: usize,
    ) -> Result<(), RunError> {
        files::create_folders(&self.folder).map_err(RunError::io(&self.folder, "create"))?;
        let numbers = self.numbers()?;
        let target = self.path(numbers.last().map_or(1, |newest| newest + 1));
        let temporary = target.with_extension("tmp");
        if files::exists(&temporary) {
            files::remove_folder(&temporary).map_err(RunError::io(&temporary, "remove"))?;
        }
        files::create_folder(&temporary).map_err(RunError::io(&temporary, "create"))?;

        let damaged = |name: &str| {
            let path = target.join(name);
            move |reason: String| RunError::damaged(&path, reason)
        };
        let state_file = StateFile { version: VERSION, position, state };
        let state = serde_json::to_vec(&state_file).map_err(|e| damaged(STATE)(e.to_string()))?;
        let tensors = tensors::encode(tensors).map_err(damaged(TENSORS))?;
        let checksums = [checksum(TENSORS, &tensors), checksum(STATE, &state)].concat();
        for (name, bytes) in
            [(TENSORS, &tensors[..]), (STATE, &state), (CHECKSUMS, checksums.as_bytes())]
        {
            let path = temporary.join(name);
            files::write_synced(&path, bytes).map_err(RunError::io(&path, "write"))?;
        }
        files::sync_folder(&temporary)
            .and_then(|()| files::rename(&temporary, &target))
            .and_then(|()| files::sync_folder(&self.folder))
            .map_err(RunError::io(&target, "write"))?;
        self.remove_all_but(keep)
    }

    /// Loads the newest checkpoint that is whole; `None` where there is none at all. Newer ones,
    /// which are damaged, are renamed to `NNNNNNNN.damaged`, so that they no longer count among
    /// those kept.
    ///
    /// # Errors
    /// [`RunError::NoWholeCheckpoint`] where every one is damaged.
    pub fn load<S: DeserializeOwned>(&self) -> Result<Option<Loaded<S>>, RunError> {
        let mut passed_over = Vec::new();
        let mut damaged: Vec<PathBuf> = Vec::new();
        for number in self.numbers()?.into_iter().rev() {
            let path = self.path(number);
            match load(&path) {
                Ok(checkpoint) => {
                    for path in damaged {
                        set_aside(&path)?;
                    }
                    return Ok(Some(Loaded { checkpoint, passed_over }));
                }
                Err(error) => {
                    passed_over.push(error.to_string());
                    damaged.push(path);
                }
            }
        }
        if passed_over.is_empty() {
            Ok(None)
        } else {
            Err(RunError::NoWholeCheckpoint(passed_over))
        }
    }

    /// The numbers of all checkpoints, oldest first.
    fn numbers(&self) -> Result<Vec<u64>, RunError> {
        let names = match files::names(&self.folder) {
            Ok(names) => names,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(RunError::io(&self.folder, "read")(error)),
        };
        // Temporary folders and strangers' files have no number for a name.
        let mut numbers: Vec<u64> = names.iter().filter_map(|name| name.parse().ok()).collect();
        numbers.sort_unstable();
        Ok(numbers)
    }

    fn path(&self, number: u64) -> PathBuf {
        self.folder.join(format!("{number:08}"))
    }

    fn remove_all_but(&self, keep: usize) -> Result<(), RunError> {
        let numbers = self.numbers()?;
        let superfluous = numbers.len().saturating_sub(keep.max(1));
        for &number in numbers.iter().take(superfluous) {
            let path = self.path(number);
            files::remove_folder(&path).map_err(RunError::io(&path, "remove"))?;
        }
        Ok(())
    }
}

fn load<S: DeserializeOwned>(folder: &Path) -> Result<Checkpoint<S>, RunError> {
    let read = |name: &str| {
        let path = folder.join(name);
        files::read(&path).map_err(RunError::io(&path, "read"))
    };
    let checksums = read(CHECKSUMS)?;
    let tensor_bytes = read(TENSORS)?;
    let state_bytes = read(STATE)?;
    let expected = [checksum(TENSORS, &tensor_bytes), checksum(STATE, &state_bytes)];
    if checksums != expected.concat().as_bytes() {
        let listed = |line: &String| checksums.windows(line.len()).any(|w| w == line.as_bytes());
        let name = match expected {
            [tensors, _] if !listed(&tensors) => TENSORS,
            [_, state] if !listed(&state) => STATE,
            _ => CHECKSUMS,
        };
        return Err(RunError::damaged(&folder.join(name), "damaged: its checksum does not match"));
    }
    let state_path = folder.join(STATE);
    let StateFile { version, position, state } = serde_json::from_slice(&state_bytes)
        .map_err(|error| RunError::damaged(&state_path, error.to_string()))?;
    if version != VERSION {
        let reason = format!("version {version}, this program continues version {VERSION} only");
        return Err(RunError::damaged(&state_path, reason));
    }
    let tensors = tensors::decode(&tensor_bytes)
        .map_err(|reason| RunError::damaged(&folder.join(TENSORS), reason))?;
    Ok(Checkpoint { position, tensors, state })
}

fn set_aside(folder: &Path) -> Result<(), RunError> {
    let aside = folder.with_extension("damaged");
    if files::exists(&aside) {
        files::remove_folder(&aside).map_err(RunError::io(&aside, "remove"))?;
    }
    files::rename(folder, &aside).map_err(RunError::io(folder, "rename"))
}

/// "CRC32 LENGTH NAME" and the line's end.
fn checksum(name: &str, bytes: &[u8]) -> String {
    format!("{:08x} {} {name}\n", crc32fast::hash(bytes), bytes.len())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::nn::HostTensor;
    use std::fs;

    fn position(step: u64) -> Position {
        Position { phase: Phase::Supernet, step, epoch: 0, journal: 10 * step, seconds: 0.1 }
    }

    fn tensors(step: u64) -> Tensors {
        let tensor = HostTensor { shape: vec![3], values: vec![step as f32, f32::NAN, -0.0] };
        Tensors::from([("layer.weight".to_owned(), tensor)])
    }

    fn saved(folder: &Path, steps: std::ops::RangeInclusive<u64>) -> Checkpoints {
        let checkpoints = Checkpoints::new(&folder.join("checkpoints"));
        for step in steps {
            checkpoints.save(position(step), &tensors(step), &(step, 0.1_f64), 2).unwrap();
        }
        checkpoints
    }

    fn load(checkpoints: &Checkpoints) -> Loaded<(u64, f64)> {
        checkpoints.load().unwrap().unwrap()
    }

    #[test]
    fn the_newest_checkpoint_comes_back_bit_by_bit_and_two_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let checkpoints = saved(folder.path(), 1..=4);
        let loaded = load(&checkpoints);
        assert_eq!(loaded.checkpoint.position, position(4));
        assert_eq!(loaded.checkpoint.state, (4, 0.1));
        let bits = |tensors: &Tensors| -> Vec<u32> {
            tensors["layer.weight"].values.iter().map(|value| value.to_bits()).collect()
        };
        assert_eq!(bits(&loaded.checkpoint.tensors), bits(&tensors(4)));
        assert_eq!(loaded.passed_over, Vec::<String>::new());
        assert_eq!(checkpoints.numbers().unwrap(), [3, 4]);
    }

    #[test]
    fn a_run_without_checkpoints_has_none_to_load() {
        let folder = tempfile::tempdir().unwrap();
        let checkpoints = Checkpoints::new(&folder.path().join("checkpoints"));
        assert!(checkpoints.load::<()>().unwrap().is_none());
    }

    #[test]
    fn a_file_cut_at_any_byte_or_with_any_bit_turned_leads_to_the_checkpoint_before() {
        let folder = tempfile::tempdir().unwrap();
        let checkpoints = saved(folder.path(), 1..=2);
        for name in [TENSORS, STATE, CHECKSUMS] {
            let path = checkpoints.path(2).join(name);
            let whole = fs::read(&path).unwrap();
            for end in 0..whole.len() {
                let mut flipped = whole.clone();
                flipped[end] ^= 1 << (end % 8);
                for damaged in [&whole[..end], &flipped] {
                    fs::write(&path, damaged).unwrap();
                    let loaded = load(&checkpoints);
                    assert_eq!(loaded.checkpoint.position, position(1), "{name} at byte {end}");
                    assert!(loaded.passed_over[0].contains("00000002"), "{:?}", loaded.passed_over);
                    fs::rename(checkpoints.path(2).with_extension("damaged"), checkpoints.path(2))
                        .unwrap();
                }
            }
            fs::write(&path, &whole).unwrap();
            assert_eq!(load(&checkpoints).checkpoint.position, position(2));
        }
    }

    #[test]
    fn a_damaged_checkpoint_does_not_push_out_the_whole_one_before() {
        let folder = tempfile::tempdir().unwrap();
        let checkpoints = saved(folder.path(), 1..=2);
        fs::write(checkpoints.path(2).join(STATE), "{}").unwrap();
        assert_eq!(load(&checkpoints).checkpoint.position, position(1));
        checkpoints.save(position(3), &tensors(3), &(3, 0.3_f64), 2).unwrap();
        fs::write(checkpoints.path(2).join(STATE), "{}").unwrap();
        assert_eq!(load(&checkpoints).checkpoint.position, position(1));
    }

    #[test]
    fn a_checkpoint_killed_while_being_written_does_not_count() {
        let folder = tempfile::tempdir().unwrap();
        let checkpoints = saved(folder.path(), 1..=1);
        fs::create_dir(folder.path().join("checkpoints/00000002.tmp")).unwrap();
        fs::write(folder.path().join("checkpoints/00000002.tmp/state.json"), "{").unwrap();
        assert_eq!(load(&checkpoints).checkpoint.position, position(1));
        checkpoints.save(position(2), &tensors(2), &(2, 0.2_f64), 2).unwrap();
        assert_eq!(load(&checkpoints).checkpoint.position, position(2));
        assert!(!folder.path().join("checkpoints/00000002.tmp").exists());
    }

    #[test]
    fn when_all_are_damaged_each_is_named_with_its_file() {
        let folder = tempfile::tempdir().unwrap();
        let checkpoints = saved(folder.path(), 1..=2);
        fs::write(checkpoints.path(1).join(TENSORS), "x").unwrap();
        fs::remove_file(checkpoints.path(2).join(STATE)).unwrap();
        let error = checkpoints.load::<(u64, f64)>().unwrap_err().to_string();
        for part in ["00000001/tensors.safetensors: damaged", "00000002/state.json: cannot read"] {
            assert!(error.contains(part), "{error}");
        }
        assert!(!error.contains('\n'));
    }
}
