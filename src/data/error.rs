//! What can be wrong with data: a place (file, entry, byte) and a fault that says what to do.
//! Every fallible function of this room returns these; nothing here reads anything.

use std::fmt;
use std::io;

/// What a source may be, for errors about ones that are not.
const ACCEPTED: &str = "accepted are the name fashion-mnist-12k; a folder, .zip, .tar or .tar.gz \
    with the four IDX files of the MNIST family, with CIFAR-10 binary files (data_batch_1.bin and \
    on, test_batch.bin) or CIFAR-100 ones (train.bin, test.bin), or with images as \
    train/CLASS/*.jpg or .png and test/CLASS/*";

/// Where in a data set something is: a file, an entry of an archive, a byte.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Place {
    /// Path of a file or folder, or the name of the embedded set.
    pub file: String,
    /// Name inside an archive.
    pub entry: Option<String>,
    /// Byte from the start of the decompressed file or entry.
    pub offset: Option<u64>,
}

impl Place {
    pub(crate) fn file(file: impl fmt::Display) -> Self {
        Self { file: file.to_string(), ..Self::default() }
    }

    pub(crate) fn entry(&self, name: &str) -> Self {
        Self { file: self.file.clone(), entry: Some(name.to_owned()), offset: None }
    }

    pub(crate) fn at(&self, offset: u64) -> Self {
        Self { offset: Some(offset), ..self.clone() }
    }

    pub(crate) fn error(&self, fault: Fault) -> DataError {
        DataError { place: Box::new(self.clone()), fault }
    }

    /// Turns a failed read into an error of this place. The caps of `limits` and the
    /// decompressors speak through `io::Error`, so their meaning is found again here.
    pub(crate) fn read_error(&self, error: io::Error) -> DataError {
        if let Some(&Fault::Limit { what, limit, option }) =
            error.get_ref().and_then(|e| e.downcast_ref::<Fault>())
        {
            return self.error(Fault::Limit { what, limit, option });
        }
        self.error(match error.kind() {
            io::ErrorKind::UnexpectedEof => Fault::EndsEarly,
            io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput | io::ErrorKind::Other => {
                Fault::corrupt(error)
            }
            _ => Fault::Read(error),
        })
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", one_line(&self.file))?;
        if let Some(entry) = &self.entry {
            write!(f, ", entry {}", one_line(entry))?;
        }
        if let Some(offset) = self.offset {
            write!(f, ", byte {offset}")?;
        }
        Ok(())
    }
}

/// An error of the data room: one line that names the place, what is wrong and what to do.
#[derive(Debug, thiserror::Error)]
#[error("{place}: {}", one_line(&fault.to_string()))]
pub struct DataError {
    /// The file, entry and byte in question.
    pub place: Box<Place>,
    /// What is wrong there.
    pub fault: Fault,
}

/// What is wrong, and what the user can do about it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// Nothing has this name.
    #[error("is neither a file, a folder nor a known data set; {ACCEPTED}")]
    NotFound,
    /// The file is there, its content is nothing this room reads.
    #[error("holds no data set of a known form; {ACCEPTED}")]
    UnknownForm,
    /// One file of a set was given instead of the set.
    #[error("is a single {what}; give the folder or archive that holds the whole data set")]
    SingleFile {
        /// What the file is.
        what: &'static str,
    },
    /// Two data sets, or two copies of a part, in one place.
    #[error("also holds {other}, so it is unclear which is meant; give the folder of one data set")]
    Ambiguous {
        /// The second candidate.
        other: String,
    },
    /// A file of a set is missing.
    #[error("has no {what}; add it or fetch the data set again")]
    Missing {
        /// The missing file or folder.
        what: String,
    },
    /// No test images.
    #[error(
        "has no test split (looked for {looked_for}); add one, or set images.test_portion (such as \
         0.1) to hold out the last part of the training images"
    )]
    NoTestSplit {
        /// Names that would have been taken.
        looked_for: &'static str,
    },
    /// The operating system refused.
    #[error("cannot be read: {0}; check the path, its permissions and the disk")]
    Read(io::Error),
    /// A magic number is another one.
    #[error("starts with {found:#010x} where {what} start with {expected:#010x}; {hint}")]
    Magic {
        /// What the file should be.
        what: &'static str,
        /// The magic number of that form.
        expected: u32,
        /// The first four bytes of the file.
        found: u32,
        /// What may have happened.
        hint: &'static str,
    },
    /// Fewer bytes than a header promises.
    #[error("ends after {found} bytes of {expected}: it is truncated; fetch it again")]
    Truncated {
        /// Bytes promised.
        expected: u64,
        /// Bytes there.
        found: u64,
    },
    /// A compressed stream or an archive stops inside something.
    #[error("ends too early: it is truncated; fetch it again")]
    EndsEarly,
    /// More bytes than a header promises.
    #[error("goes on after the {expected} bytes that its header states; fetch it again")]
    TooLong {
        /// Bytes promised.
        expected: u64,
    },
    /// A header contradicts itself.
    #[error("states {what}, which no data set has; fetch it again")]
    Header {
        /// The impossible statement.
        what: String,
    },
    /// A decoder gave up.
    #[error("is damaged ({what}); fetch it again or remove it")]
    Corrupt {
        /// What the decoder says.
        what: String,
    },
    /// A cap of [`Limits`](super::Limits) is reached.
    #[error("exceeds the limit of {limit} {what}; raise {option} if the source is trusted")]
    Limit {
        /// What is limited.
        what: &'static str,
        /// The cap.
        limit: u64,
        /// The field of `Limits` to raise.
        option: &'static str,
    },
    /// An image file in another format than its name says.
    #[error("is neither a JPEG nor a PNG image, whatever its name says; convert or remove it")]
    NotAnImage,
    /// A name that no honest archive has.
    #[error("has a file name that {why}; rename the file or pack the archive again")]
    Name {
        /// What is wrong with the name.
        why: &'static str,
    },
    /// Two entries of one name.
    #[error("occurs twice in the archive; pack it again")]
    Duplicate,
    /// Something legal that this room does not read.
    #[error("{what}")]
    Unsupported {
        /// What it is and what to do instead.
        what: &'static str,
    },
    /// Images and labels of different number.
    #[error("holds {labels} labels for {images} images; take both files from the same data set")]
    CountMismatch {
        /// Number of images.
        images: u64,
        /// Number of labels.
        labels: u64,
    },
    /// A label that names no class.
    #[error("has the label {label}, but the classes are numbered 0 to {last}; correct the label")]
    Label {
        /// The label found.
        label: u32,
        /// The largest valid one.
        last: u32,
    },
    /// A class between others without a training image.
    #[error(
        "has no training image of class {label}, though label {largest} occurs; number the \
         classes without gaps from 0"
    )]
    LabelGap {
        /// The class without image.
        label: u32,
        /// The largest label that occurs.
        largest: u32,
    },
    /// A test class that training does not have.
    #[error("is of class {class}, which has no training image; add some or remove it")]
    UntrainedClass {
        /// Name of the class.
        class: String,
    },
    /// A list of names with the wrong number of lines.
    #[error("names {found} classes where {expected} are needed; correct the list")]
    ClassNames {
        /// Names needed.
        expected: usize,
        /// Names found.
        found: usize,
    },
    /// A list of names in another encoding.
    #[error("is not UTF-8 text; save it as UTF-8")]
    NotText,
    /// Images of different sizes in a set that is held in memory as one block.
    #[error(
        "is {height}x{width} (height x width), but {first} is {first_height}x{first_width}; make \
         the sizes equal or set a target size, as in --set images.size={first_width}"
    )]
    MixedSizes {
        /// Height of this image.
        height: usize,
        /// Width of this image.
        width: usize,
        /// The image that set the size.
        first: String,
        /// Its height.
        first_height: usize,
        /// Its width.
        first_width: usize,
    },
    /// Files of unknown sizes that are to be streamed.
    #[error(
        "holds {images} images that are streamed from disk, for which a size must be set, as in \
         --set images.size={width}"
    )]
    NoSize {
        /// Number of images.
        images: usize,
        /// Width of the first.
        width: usize,
    },
    /// No images.
    #[error("holds no {what}; add some")]
    Empty {
        /// What is missing.
        what: &'static str,
    },
    /// The set is in the order of its classes, so its first part lacks some of them.
    #[error(
        "is sorted by class, so a weight part of the first {weight} of {total} images holds no \
         `{class}`; shuffle the images of the set"
    )]
    SortedByClass {
        /// Images in the weight part.
        weight: usize,
        /// Images in all.
        total: usize,
        /// A class without image in the weight part.
        class: String,
    },
    /// An argument outside its range.
    #[error("{name} is {value}; it must be {accepted}")]
    Argument {
        /// Name of the argument.
        name: &'static str,
        /// Value given.
        value: String,
        /// Values accepted.
        accepted: &'static str,
    },
    /// The source changed between listing and reading.
    #[error("changed while it was read; leave it alone and try again")]
    Changed,
    /// A decoding thread could not be started.
    #[error("no decoding thread could be started: {0}; use fewer threads")]
    Thread(io::Error),
    /// A decoding thread ended without a word.
    #[error("the decoding thread of this image ended without a result; remove the image")]
    ThreadLost,
}

impl Fault {
    /// What a decoder says, some of which end in a line break.
    pub(crate) fn corrupt(says: impl fmt::Display) -> Self {
        Self::Corrupt { what: says.to_string().trim().to_owned() }
    }
}

/// Names and messages from files may hold line breaks and terminal codes; an error is one line.
fn one_line(text: &str) -> String {
    text.chars()
        .flat_map(|c| {
            let escaped = c.is_control().then(|| c.escape_default());
            let kept = (!c.is_control()).then_some(c);
            escaped.into_iter().flatten().chain(kept)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_one_line_even_when_a_name_holds_line_breaks() {
        let place = Place::file("a\nb.zip").entry("c\r\u{1b}[31m.png").at(7);
        let text = place.error(Fault::Duplicate).to_string();
        assert_eq!(
            text,
            "a\\nb.zip, entry c\\r\\u{1b}[31m.png, byte 7: occurs twice in the archive; pack it again"
        );
    }

    #[test]
    fn what_a_decoder_says_is_one_line() {
        let error = Place::file("a.jpg").error(Fault::corrupt("not\nenough bytes\n"));
        assert!(error.to_string().contains("(not\\nenough bytes)"), "{error}");
    }

    #[test]
    fn an_error_stays_small_enough_to_return_by_value() {
        assert!(size_of::<DataError>() <= 96, "{}", size_of::<DataError>());
    }
}
