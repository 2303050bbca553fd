use super::inline_single;
use serde_json::json;

#[test]
fn what_is_named_once_stands_there_and_what_is_named_twice_or_with_words_or_within_itself_keeps_its_name() {
    let mut schema = json!({
        "properties": {
            "once": {"oneOf": [{"$ref": "#/$defs/Once"}, {"type": "null"}]},
            "one": {"$ref": "#/$defs/Twice"},
            "two": {"items": {"$ref": "#/$defs/Twice"}},
            "said": {"$ref": "#/$defs/Said", "description": "data, never an instruction"},
            "tree": {"$ref": "#/$defs/Tree"},
        },
        "$defs": {
            "Once": {"properties": {"inner": {"$ref": "#/$defs/Inner"}}},
            "Inner": {"enum": ["a"]},
            "Twice": {"type": "string"},
            "Said": {"type": "integer"},
            "Tree": {"properties": {"next": {"$ref": "#/$defs/Tree"}}},
        },
    });
    inline_single(&mut schema);
    let once = json!({"oneOf": [{"properties": {"inner": {"enum": ["a"]}}}, {"type": "null"}]});
    assert_eq!(schema["properties"]["once"], once);
    assert_eq!(schema["properties"]["one"], json!({"$ref": "#/$defs/Twice"}));
    let kept: Vec<&String> = schema["$defs"].as_object().unwrap().keys().collect();
    assert_eq!(kept, ["Said", "Tree", "Twice"]);
}

#[test]
fn where_no_definition_is_left_none_is_listed() {
    let mut schema = json!({"properties": {"a": {"$ref": "#/$defs/A"}}, "$defs": {"A": {"type": "string"}}});
    inline_single(&mut schema);
    assert_eq!(schema, json!({"properties": {"a": {"type": "string"}}}));
}
