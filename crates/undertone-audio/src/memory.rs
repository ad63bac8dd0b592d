//! The memory of samples, features and tensors.

/// Make the allocator of the C library keep freed memory for the next recordings and tensors.
///
/// By default, glibc returns large blocks to the system at once, and the system has to map and
/// clear the pages of each new block: a sixth of the time of a small encoder, and a tenth of that
/// of a front end. Call this once, when a program starts. It has an effect only on Linux with
/// glibc, on the whole process: up to 1 GiB of freed memory stays with it.
#[allow(unsafe_code)]
pub fn keep_freed_memory() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        // The largest value that every version of glibc accepts.
        const LARGEST_KEPT: i32 = 32 << 20;
        const MOST_KEPT: i32 = 1 << 30;
        // SAFETY: both calls only set numbers of the allocator, under its own lock.
        unsafe {
            libc::mallopt(libc::M_MMAP_THRESHOLD, LARGEST_KEPT);
            libc::mallopt(libc::M_TRIM_THRESHOLD, MOST_KEPT);
        }
    }
}
