//! A run folder: where everything of a run lies, who may create and open it.

use std::io;
use std::path::{Path, PathBuf};

use super::RunError;
use super::checkpoint::Checkpoints;
use super::journal;
use super::lock::{self, Lock};
use crate::nn::{Tensors, tensors};
use crate::platform::files;
use crate::protocol::config::Config;
use crate::protocol::journal::Record;
use crate::protocol::result::SearchResult;
use crate::protocol::state::RunState;
use crate::space::Architecture;

const CONFIG: &str = "config.toml";
const JOURNAL: &str = "journal.jsonl";
const CHECKPOINTS: &str = "checkpoints";
const ARCHITECTURES: &str = "architectures";
const WEIGHTS: &str = "weights.safetensors";
/// Name of the architecture that is trained from scratch.
const SCRATCH: &str = "scratch";

/// The paths of a run, without a claim on them: enough to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunFolder {
    root: PathBuf,
}

/// A run folder that nobody else writes to.
#[derive(Debug)]
pub struct OwnedRunFolder {
    folder: RunFolder,
    _lock: Lock,
}

impl RunFolder {
    /// The folder in a run's folder where images lie that came with it from elsewhere, and which goes
    /// when the run is deleted: so its name is none that a person would give to images of their own.
    pub const IMAGES: &str = "carried-images";

    /// The folder of an existing run.
    ///
    /// # Errors
    /// [`RunError::NoRun`] where there is none.
    pub fn open(root: &Path) -> Result<Self, RunError> {
        let folder = Self { root: root.to_owned() };
        if files::exists(&folder.config_path()) {
            Ok(folder)
        } else {
            Err(RunError::NoRun(root.to_owned()))
        }
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// `journal.jsonl`.
    pub fn journal(&self) -> PathBuf {
        self.root.join(JOURNAL)
    }

    /// `report.html`.
    pub fn report(&self) -> PathBuf {
        self.root.join("report.html")
    }

    /// `result.json`.
    pub fn result(&self) -> PathBuf {
        self.root.join("result.json")
    }

    /// `checkpoints/`.
    pub fn checkpoints(&self) -> Checkpoints {
        Checkpoints::new(&self.root.join(CHECKPOINTS))
    }

    /// Reads `config.toml`.
    ///
    /// # Errors
    /// Names the file and the setting that is wrong.
    pub fn config(&self) -> Result<Config, RunError> {
        let path = self.config_path();
        let text = files::read_to_string(&path).map_err(RunError::io(&path, "read"))?;
        Config::from_toml(&text).map_err(|source| RunError::Config { path, source })
    }

    /// What the run has told so far, which may be under way.
    ///
    /// # Errors
    /// Names the journal and the line that is damaged.
    pub fn state(&self) -> Result<RunState, RunError> {
        Ok(RunState::replay(&self.records()?))
    }

    /// The records of the journal so far; the run may be under way.
    ///
    /// # Errors
    /// Names the journal and the line that is damaged.
    pub fn records(&self) -> Result<Vec<Record>, RunError> {
        journal::read(&self.journal())
    }

    /// The records that stand when the run is resumed: those before its newest whole checkpoint.
    ///
    /// # Errors
    /// As [`RunFolder::records`], and where no checkpoint can be loaded.
    pub fn records_to_resume(&self) -> Result<Vec<Record>, RunError> {
        let loaded = self.checkpoints().load::<serde_json::Value>()?;
        let length = loaded.map_or(0, |loaded| loaded.checkpoint.position.journal);
        journal::read_to(&self.journal(), length)
    }

    /// What is trained from scratch here; `None` in the folder of a search.
    ///
    /// # Errors
    /// Names the file that is damaged.
    pub fn scratch(&self) -> Result<Option<Architecture>, RunError> {
        let path = self.architecture_path(SCRATCH);
        match files::read_to_string(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(RunError::io(&path, "read")(error)),
            Ok(text) => Architecture::from_json(&text)
                .map(Some)
                .map_err(|error| RunError::damaged(&path, error.to_string())),
        }
    }

    fn architecture_path(&self, name: &str) -> PathBuf {
        self.root.join(ARCHITECTURES).join(format!("{name}.json"))
    }

    /// The check before a new run.
    fn refuse_unless_empty(&self) -> Result<(), RunError> {
        if files::exists(&self.config_path()) {
            return Err(RunError::AlreadyARun(self.root.clone()));
        }
        for name in files::names(&self.root).map_err(RunError::io(&self.root, "read"))? {
            // A run that was killed while being created leaves nothing else.
            if name != lock::NAME && *name != *files::temporary_name(CONFIG) {
                return Err(RunError::NotEmpty(self.root.clone()));
            }
        }
        Ok(())
    }

    fn config_path(&self) -> PathBuf {
        self.root.join(CONFIG)
    }
}

impl OwnedRunFolder {
    /// Creates the folder of a new run and writes its configuration.
    ///
    /// # Errors
    /// [`RunError::AlreadyARun`] and [`RunError::NotEmpty`] leave the folder as it was.
    pub fn create(root: &Path, config: &Config) -> Result<Self, RunError> {
        let folder = RunFolder { root: root.to_owned() };
        files::create_folders(root).map_err(RunError::io(root, "create"))?;
        folder.refuse_unless_empty()?;
        let owned = Self { _lock: Lock::take(root)?, folder };
        // Another process may have made a run of it before the lock was ours.
        owned.folder.refuse_unless_empty()?;
        owned.write_config(config)?;
        Ok(owned)
    }

    fn write_config(&self, config: &Config) -> Result<(), RunError> {
        let path = self.folder.config_path();
        files::write_atomically(&path, config.to_toml().as_bytes())
            .map_err(RunError::io(&path, "write"))
    }

    /// Writes down that the images, the same ones, lie elsewhere now.
    ///
    /// # Errors
    /// As [`RunFolder::config`], or a failure of the file system.
    pub fn set_data(&self, path: &Path) -> Result<(), RunError> {
        let mut config = self.folder.config()?;
        config.general.data = path.display().to_string();
        self.write_config(&config)
    }

    /// Opens the folder of an existing run to continue it.
    ///
    /// # Errors
    /// [`RunError::NoRun`], or [`RunError::Locked`] while another process writes there.
    pub fn open(root: &Path) -> Result<Self, RunError> {
        let folder = RunFolder::open(root)?;
        Ok(Self { _lock: Lock::take(root)?, folder })
    }

    /// The paths.
    pub fn folder(&self) -> &RunFolder {
        &self.folder
    }

    /// Writes `architectures/NAME.json`, the kernels of each layer.
    ///
    /// # Errors
    /// A failure of the file system.
    pub fn write_architecture(
        &self,
        name: &str,
        architecture: &Architecture,
    ) -> Result<PathBuf, RunError> {
        let path = self.folder.architecture_path(name);
        if let Some(folder) = path.parent() {
            files::create_folders(folder).map_err(RunError::io(folder, "create"))?;
        }
        write_json(&path, serde_json::to_vec(architecture))?;
        Ok(path)
    }

    /// Writes down what is trained from scratch here: [`RunFolder::scratch`] reads it.
    ///
    /// # Errors
    /// A failure of the file system.
    pub fn write_scratch(&self, architecture: &Architecture) -> Result<PathBuf, RunError> {
        self.write_architecture(SCRATCH, architecture)
    }

    /// Writes `weights.safetensors`.
    ///
    /// # Errors
    /// A failure of the file system.
    pub fn write_weights(&self, tensors: &Tensors) -> Result<(), RunError> {
        let path = self.folder.root.join(WEIGHTS);
        let bytes = tensors::encode(tensors).map_err(|reason| RunError::damaged(&path, reason))?;
        files::write_atomically(&path, &bytes).map_err(RunError::io(&path, "write"))
    }

    /// Deletes the run: all that a run writes, and the folder too where nothing else lies in it;
    /// whether it is gone.
    ///
    /// # Errors
    /// A failure of the file system; what is left is no run any more.
    pub fn delete(self) -> Result<bool, RunError> {
        let Self { folder, _lock: lock } = self;
        let root = folder.root();
        let remove = |path: &Path, how: &dyn Fn(&Path) -> io::Result<()>| match how(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(RunError::io(path, "delete")(error))
            }
            _ => Ok(()),
        };
        let (weights, lock_path) = (root.join(WEIGHTS), root.join(lock::NAME));
        // Without its configuration a folder holds no run, however far we come.
        for file in
            [folder.config_path(), folder.journal(), folder.result(), folder.report(), weights]
        {
            remove(&file, &|path| files::remove_file(path))?;
        }
        for name in [CHECKPOINTS, ARCHITECTURES, RunFolder::IMAGES] {
            remove(&root.join(name), &|path| files::remove_folder(path))?;
        }
        drop(lock);
        remove(&lock_path, &|path| files::remove_file(path))?;
        let gone = files::names(root).map_err(RunError::io(root, "read"))?.is_empty();
        if gone {
            remove(root, &|path| files::remove_folder(path))?;
        }
        Ok(gone)
    }

    /// Writes `result.json`.
    ///
    /// # Errors
    /// A failure of the file system.
    pub fn write_result(&self, result: &SearchResult) -> Result<(), RunError> {
        write_json(&self.folder.result(), serde_json::to_vec_pretty(result))
    }
}

fn write_json(path: &Path, json: serde_json::Result<Vec<u8>>) -> Result<(), RunError> {
    let mut bytes = json.map_err(|error| RunError::damaged(path, error.to_string()))?;
    bytes.push(b'\n');
    files::write_atomically(path, &bytes).map_err(RunError::io(path, "write"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;
    use crate::protocol::event::Event;
    use crate::protocol::facts::Phase;
    use crate::run::journal::JournalFile;
    use std::fs;

    #[test]
    fn a_new_run_can_be_opened_and_read_while_nobody_else_may_write() {
        let parent = tempfile::tempdir().unwrap();
        let root = parent.path().join("runs/first");
        let config = Config::preset("tiny").unwrap();
        let owned = OwnedRunFolder::create(&root, &config).unwrap();
        assert_eq!(RunFolder::open(&root).unwrap().state().unwrap(), RunState::default());
        let (mut journal, _) = JournalFile::open_at(&owned.folder().journal(), 0).unwrap();
        journal.append(&Event::PhaseStarted { phase: Phase::Supernet }).unwrap();

        let reader = RunFolder::open(&root).unwrap();
        assert_eq!(reader.config().unwrap(), config);
        assert_eq!(reader.state().unwrap().current_phase(), Some(Phase::Supernet));
        assert!(matches!(OwnedRunFolder::open(&root), Err(RunError::Locked { .. })));
        drop(owned);
        OwnedRunFolder::open(&root).unwrap();
    }

    #[test]
    fn a_new_run_refuses_a_folder_that_holds_a_run_or_other_things() {
        let parent = tempfile::tempdir().unwrap();
        let root = parent.path().join("run");
        let config = Config::preset("tiny").unwrap();
        drop(OwnedRunFolder::create(&root, &config).unwrap());
        let error = OwnedRunFolder::create(&root, &config).unwrap_err().to_string();
        assert!(error.contains("--resume"), "{error}");

        fs::remove_file(root.join(CONFIG)).unwrap();
        fs::write(root.join(".config.toml.tmp"), "prese").unwrap();
        OwnedRunFolder::create(&root, &config).expect("killed before its configuration stood");

        let photos = parent.path().join("photos");
        fs::create_dir(&photos).unwrap();
        fs::write(photos.join("cat.jpg"), "").unwrap();
        let error = OwnedRunFolder::create(&photos, &config).unwrap_err();
        assert!(matches!(error, RunError::NotEmpty(_)), "{error}");
        assert_eq!(fs::read_dir(&photos).unwrap().count(), 1);
    }

    #[test]
    fn a_deleted_run_is_gone_and_takes_nothing_of_others_along() {
        let parent = tempfile::tempdir().unwrap();
        let config = Config::preset("tiny").unwrap();
        let roots = ["alone", "beside"].map(|name| parent.path().join(name));
        for root in &roots {
            let owned = OwnedRunFolder::create(root, &config).unwrap();
            let architecture = Architecture::new(vec![vec![3, 5], vec![7, 3]]).unwrap();
            owned.write_scratch(&architecture).unwrap();
            fs::create_dir(root.join("checkpoints")).unwrap();
            fs::write(root.join("checkpoints/x"), "x").unwrap();
        }
        fs::write(roots[1].join("notes.txt"), "mine").unwrap();
        assert!(OwnedRunFolder::open(&roots[0]).unwrap().delete().unwrap());
        assert!(!roots[0].exists());
        assert!(!OwnedRunFolder::open(&roots[1]).unwrap().delete().unwrap());
        assert_eq!(files::names(&roots[1]).unwrap(), ["notes.txt"]);
    }

    #[test]
    fn a_folder_without_a_run_cannot_be_opened() {
        let folder = tempfile::tempdir().unwrap();
        for root in [folder.path(), &folder.path().join("nowhere")] {
            let error = OwnedRunFolder::open(root).unwrap_err().to_string();
            assert!(error.contains("holds no run: it has no config.toml"), "{error}");
        }
    }

    #[test]
    fn a_damaged_configuration_names_file_and_setting() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("run");
        drop(OwnedRunFolder::create(&root, &Config::preset("tiny").unwrap()).unwrap());
        fs::write(root.join(CONFIG), "preset = \"tiny\"\n[supernet]\nlr = -1\n").unwrap();
        let error = RunFolder::open(&root).unwrap().config().unwrap_err().to_string();
        assert!(error.contains("config.toml: `supernet.lr` = -1: not allowed"), "{error}");
    }

    #[test]
    fn an_architecture_is_written_as_its_kernels() {
        let folder = tempfile::tempdir().unwrap();
        let owned =
            OwnedRunFolder::create(&folder.path().join("run"), &Config::preset("tiny").unwrap())
                .unwrap();
        let architecture = Architecture::new(vec![vec![3, 5], vec![7, 3]]).unwrap();
        let path = owned.write_architecture("2M", &architecture).unwrap();
        assert_eq!(fs::read_to_string(path).unwrap(), "[[3,5],[7,3]]\n");
    }
}
