"""A day at Larkfield Nursery in a few minutes: real processes, real photos, real networks where that is allowed."""
