//! Proofs of one key, of many and in files, whole and damaged: whatever is accepted, in either reading, is
//! true.

mod proofs {
    pub(crate) mod cases;
    mod files;
    mod keys;
    mod limits;
    mod lists;
}
