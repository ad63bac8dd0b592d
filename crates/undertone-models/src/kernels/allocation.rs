//! Where the memory of tensors comes from.

/// Lets the C library's allocator keep what tensors leave behind for the next ones.
///
/// By default glibc gives large blocks back to the system at once, and each new tensor is made of
/// pages that the system has to map and clear first: a sixth of the time of a small encoder. A
/// program calls this once, when it starts. It does nothing elsewhere than on Linux with glibc.
#[allow(unsafe_code)]
pub fn keep_freed_memory() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        // The most that every version of glibc takes.
        const LARGEST_KEPT: i32 = 32 << 20;
        const KEPT_IN_ALL: i32 = 1 << 30;
        // SAFETY: both only set numbers of the allocator, under its own lock.
        unsafe {
            libc::mallopt(libc::M_MMAP_THRESHOLD, LARGEST_KEPT);
            libc::mallopt(libc::M_TRIM_THRESHOLD, KEPT_IN_ALL);
        }
    }
}
