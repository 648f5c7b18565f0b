//! How RocksDB is set up, each line with its reason. What is not here is as RocksDB has it.

use super::super::Column;
use rocksdb::{
    BlockBasedOptions, Cache, ColumnFamilyDescriptor, DBCompressionType, DBRecoveryMode, LogLevel,
    Options, WriteBufferManager, WriteOptions,
};

/// Threads that write memory to files and merge files: enough to keep up with one writer, few enough to
/// leave a small machine to those who execute. A constant, so that all machines behave alike.
const BACKGROUND_JOBS: i32 = 4;

/// Files that are kept open; a process may have 1 024 by default, and the rest are for sockets.
const OPEN_FILES: i32 = 512;

/// Length of all logs together, in bytes, which are read twice when a database is opened, once into
/// memory beside the cache: some tenths of a second. Columns that are seldom written would keep old logs
/// for ever.
const LOGS_LEN: u64 = 64 << 20;

/// Bytes after which the system begins to write what a file has got, so that it does not all wait for
/// the sync at the end.
const SYNC_LEN: u64 = 1 << 20;

/// Bytes that are read at once where all of a column is read.
pub(super) const READ_AHEAD_LEN: usize = 2 << 20;

/// Bits of a filter for each key: one search in a hundred for a key that is not there reads a block.
const FILTER_BITS: f64 = 10.0;

/// What a database is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// There is none; one is made.
    Make,
    /// There is one, which stays as it is.
    Read,
    /// There is one.
    Write,
}

/// How a database and its columns are set up.
pub(super) struct Settings {
    cache: Cache,
    cache_len: usize,
}

impl Settings {
    /// For a database that takes `cache_len` bytes of memory for blocks that were read and values that
    /// are to be written to files.
    pub(super) fn new(cache_len: usize) -> Settings {
        Settings { cache: Cache::new_lru_cache(cache_len), cache_len }
    }

    /// Those of the database.
    pub(super) fn database(&self, access: Access) -> Result<Options, rocksdb::Error> {
        // Every log says which was before it and how that ended: a log that is missing or cut short
        // is noticed when there is a later one. The interface of Rust has no function for it.
        let mut options =
            Options::default().get_options_from_string("track_and_verify_wals=true")?;
        options.create_if_missing(access == Access::Make);
        options.create_missing_column_families(access == Access::Make);
        options.set_error_if_exists(access == Access::Make);
        // What was synced has to be there: damage in a log is an error. The end of the last log can be
        // missing, since a stop leaves it so; others would open an older state without a word.
        options.set_wal_recovery_mode(DBRecoveryMode::TolerateCorruptedTailRecords);
        // An old log's bytes behind the new ones would make its end hard to tell from damage.
        options.set_recycle_log_file_num(0);
        options.set_paranoid_checks(true);
        options.increase_parallelism(BACKGROUND_JOBS);
        options.set_max_open_files(OPEN_FILES);
        options.set_max_total_wal_size(LOGS_LEN);
        options.set_bytes_per_sync(SYNC_LEN);
        options.set_wal_bytes_per_sync(SYNC_LEN);
        // What is to be written counts as cache, half of it at most, so that one number bounds both.
        // No writer is made to wait for memory; RocksDB slows writers when files do not keep up.
        options.set_write_buffer_manager(&WriteBufferManager::new_write_buffer_manager_with_cache(
            self.cache_len / 2,
            false,
            self.cache.clone(),
        ));
        // RocksDB keeps a diary for its developers: warnings only, in one file and the one before.
        options.set_log_level(LogLevel::Warn);
        options.set_keep_log_file_num(2);
        options.set_max_log_file_size(1 << 20);
        options.set_stats_dump_period_sec(0);
        options.set_stats_persist_period_sec(0);
        // Opening would read the properties of many files, for estimates that nobody asks for.
        options.set_skip_stats_update_on_db_open(true);
        Ok(options)
    }

    /// All columns, with how each is set up.
    pub(super) fn columns(&self) -> Vec<ColumnFamilyDescriptor> {
        let descriptor =
            |column: Column| ColumnFamilyDescriptor::new(column.name(), self.column(column));
        Column::ALL.map(descriptor).into()
    }

    fn column(&self, column: Column) -> Options {
        let mut options = Options::default();
        options.set_block_based_table_factory(&self.blocks(column));
        options.set_compression_type(compression_of(column));
        // Each level's size follows from the last one's: a tenth of the space at most is for values
        // that were replaced.
        options.set_level_compaction_dynamic_level_bytes(true);
        options.set_write_buffer_size(self.write_buffer_len(column));
        // While some are written to files, there is another to write to.
        options.set_max_write_buffer_number(4);
        options
    }

    fn blocks(&self, column: Column) -> BlockBasedOptions {
        let mut blocks = BlockBasedOptions::default();
        // One cache for all columns: those that are read more get more of it. What says where keys are
        // is in it too, or it would grow with the database; it is kept longest.
        blocks.set_block_cache(&self.cache);
        blocks.set_cache_index_and_filter_blocks(true);
        blocks.set_pin_l0_filter_and_index_blocks_in_cache(true);
        blocks.set_block_size(block_len(column));
        if is_searched(column) {
            // Of whole keys, since no search is for a beginning. On the last level too: half of the
            // searches of a write are for nodes that are new.
            blocks.set_bloom_filter(FILTER_BITS, false);
            blocks.set_whole_key_filtering(true);
        }
        blocks
    }

    /// Memory in which a column collects what is to be written, in bytes: much for what changes with
    /// each block, little for the rest.
    fn write_buffer_len(&self, column: Column) -> usize {
        match column {
            Column::Nodes | Column::Flat | Column::Deltas | Column::Blocks => self.cache_len / 8,
            Column::Meta | Column::Roots => self.cache_len / 64,
        }
    }
}

/// Whether single keys are looked for that may not be there.
fn is_searched(column: Column) -> bool {
    match column {
        Column::Nodes | Column::Flat => true,
        Column::Meta | Column::Roots | Column::Deltas | Column::Blocks => false,
    }
}

/// Length of a block, in bytes: what is read for one key. Nodes have no neighbours that are wanted with
/// them; the others are also read in their order, and compress better in longer blocks.
fn block_len(column: Column) -> usize {
    match column {
        Column::Nodes => 4 << 10,
        Column::Meta | Column::Flat | Column::Roots | Column::Deltas | Column::Blocks => 16 << 10,
    }
}

/// Nodes are hashes for the most part, which do not get shorter.
fn compression_of(column: Column) -> DBCompressionType {
    match column {
        Column::Flat | Column::Deltas | Column::Blocks => DBCompressionType::Lz4,
        Column::Meta | Column::Nodes | Column::Roots => DBCompressionType::None,
    }
}

/// A write returns when it is durable.
pub(super) fn durable() -> WriteOptions {
    let mut options = WriteOptions::default();
    options.set_sync(true);
    options
}
