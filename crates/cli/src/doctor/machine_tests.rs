use super::free_mib;

#[test]
fn the_free_space_is_the_fourth_field_whatever_the_mount_is_called() {
    let text = "Filesystem     1024-blocks      Used Available Capacity Mounted on\n\
                /dev/sda1         41152736  31234567   7892345      80% /\n";
    assert_eq!(free_mib(text), Some(7_707));
    for odd in ["", "df: no such file", "Filesystem\ntmpfs 100 - -"] {
        assert_eq!(free_mib(odd), None, "{odd:?}");
    }
}
