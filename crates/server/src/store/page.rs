//! Pages of lists.

/// One page of a list: `size` items from `page * size` on, and how many there are in all.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    pub page: u64,
    pub size: u64,
}

/// Items of a page with the number of all.
#[derive(Clone, Debug)]
pub struct Listed<T> {
    pub items: Vec<T>,
    pub total: u64,
}
