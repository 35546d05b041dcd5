import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.utils.Utils;

/**
 * Prints murmur2.json: what the Java client makes of each key. With the Kafka jars in LIBS:
 *   java -cp 'LIBS/*' packages/kafka/vectors/Murmur2Vectors.java > packages/kafka/vectors/murmur2.json
 */
public class Murmur2Vectors {
  static final int PARTITIONS = 6;

  public static void main(String[] args) {
    List<String> keys = new ArrayList<>(List.of("", "a", "ab", "abc", "abcd", "abcde", " ", "0", "-1", "user:1"));
    for (int id = 1; id <= 100; id++) keys.add(String.valueOf(id));
    keys.addAll(List.of("9007199254740991", "\u00e9", "e\u0301", "\u00fcber", "\u0416\u0443\u043a", "\u65e5\u672c\u8a9e",
        "\ud83d\ude80", "a\ud83d\ude80b", "\u0000", "\u007f\u0080\u00ff", "\"quoted\"", "back\\slash", "tab\tnewline\n"));
    for (int length : new int[] {31, 32, 33, 63, 64, 65, 255, 256, 1000}) keys.add("x".repeat(length));
    Random random = new Random(20260101L);
    String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.:-";
    while (keys.size() < 204) {
      StringBuilder key = new StringBuilder();
      for (int left = 1 + random.nextInt(64); left > 0; left--) key.append(alphabet.charAt(random.nextInt(alphabet.length())));
      keys.add(key.toString());
    }
    System.out.println("{\n  \"partitions\": " + PARTITIONS + ",\n  \"vectors\": [");
    for (int i = 0; i < keys.size(); i++) {
      byte[] bytes = keys.get(i).getBytes(StandardCharsets.UTF_8);
      System.out.println("    { \"key\": " + quoted(keys.get(i)) + ", \"murmur2\": " + Utils.murmur2(bytes) + ", \"partition\": "
          + BuiltInPartitioner.partitionForKey(bytes, PARTITIONS) + " }" + (i + 1 < keys.size() ? "," : ""));
    }
    System.out.println("  ]\n}");
  }

  static String quoted(String text) {
    StringBuilder json = new StringBuilder("\"");
    for (char c : text.toCharArray()) {
      if (c == '"' || c == '\\') json.append('\\').append(c);
      else if (c < 0x20 || c > 0x7e) json.append(String.format("\\u%04x", (int) c));
      else json.append(c);
    }
    return json.append('"').toString();
  }
}
