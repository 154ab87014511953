module attributes {bitnet.target = {mine = 7 : i64, plugin = "x86-new"}} {
}
